import ArgumentParser
import Foundation
import ResNet
import Synchronization

/// The `resnet` tool.
@main
struct ResNetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resnet",
    abstract: "Build, train, evaluate and measure residual networks.",
    discussion: """
      A first run, and what came of it:

        resnet train --network resnet20 --data generated --output runs/first
        resnet evaluate runs/first --data generated
        resnet summary resnet20

      Results are on standard output, all else on standard error. Exit status: 64
      wrong usage, 65 bad data, 69 something is missing, 70 a fault of the program
      itself, 74 a file that cannot be read or written.

      Completions for your shell (bash, zsh or fish):

        resnet --generate-completion-script bash > resnet.bash
      """,
    version: packageVersion,
    subcommands: [
      Train.self, Evaluate.self, Predict.self, CheckData.self, Import.self, Export.self, Quantize.self, Summary.self,
      Networks.self, Recipes.self, Runs.self, Compare.self, Diagnose.self, Analyze.self,
      MakeReport.self, Bench.self,
    ])

  /// Errors of the package end the program with one line and their own status.
  static func main() async {
    _ = ChildProcess.inheritedEnvironment
    // A thread that waits for the others spins for milliseconds by default: beside a second busy program that makes
    // training several times slower, and without one it gains little. libgomp reads this when it is loaded.
    setenv("GOMP_SPINCOUNT", "10000", 0)
    // A run must not end with whoever read what it says.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      if let reason = Terminal.lostResults.withLock({ $0 }) {
        throw ResNetError(
          .inputOutput, "results cannot be written: \(reason)", at: "standard output",
          remedy: "Write them to another place")
      }
    } catch let error as ResNetError {
      Terminal.finishProgress()
      Terminal.note("error: \(error)")
      Foundation.exit(error.code.exitStatus)
    } catch let status as ExitCode {
      // Whoever threw it has said why.
      Foundation.exit(status.rawValue)
    } catch  where exitCode(for: error) == .validationFailure {
      Terminal.note("error: \(oneLine(fullMessage(for: error)))")
      Foundation.exit(ExitCode.validationFailure.rawValue)
    } catch {
      exit(withError: error)
    }
  }

  /// What the parser says of a misunderstanding, without the help that it puts in between.
  private static func oneLine(_ message: String) -> String {
    let lines = message.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let fault = lines.prefix { !$0.hasPrefix("Help:") && !$0.hasPrefix("Usage:") }.joined(separator: " ")
    let text = fault.hasPrefix("Error: ") ? String(fault.dropFirst("Error: ".count)) : fault
    // What names the help of a command itself needs no second one.
    if text.contains("See '") { return text }
    let remedy = lines.last { $0.hasPrefix("See '") } ?? "See 'resnet --help' for more information."
    return text + (text.hasSuffix(".") ? " " : ". ") + remedy
  }
}
