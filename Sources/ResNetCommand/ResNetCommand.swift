import ArgumentParser
import Foundation
import ResNet

/// The `resnet` tool.
@main
struct ResNetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resnet",
    abstract: "Build, train, evaluate and measure residual networks.",
    version: packageVersion,
    subcommands: [Train.self, Evaluate.self, Summary.self, Networks.self, Bench.self])

  /// Errors of the package end the program with one line and their own status.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error as ResNetError {
      Terminal.finishProgress()
      Terminal.note("error: \(error)")
      Foundation.exit(error.code.exitStatus)
    } catch {
      exit(withError: error)
    }
  }
}
