import ArgumentParser
import Foundation
import ResNet
import Testing

@testable import ResNetCommand

@Suite struct HelpTests {
  /// What `--experimental-dump-help` says of a command.
  private struct Dump: Decodable {
    struct Command: Decodable {
      var commandName: String
      var subcommands: [Command]?

      /// The words that lead to this command and to those below it.
      var paths: [[String]] {
        [[commandName]] + (subcommands ?? []).flatMap(\.paths).map { [commandName] + $0 }
      }
    }

    var command: Command
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Help")

  /// The words of every command there is, the tool's own name left out.
  private static func commands() throws -> [[String]] {
    let dump = try Tool.run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8)).command.paths
      .map { Array($0.dropFirst()) }.filter { $0.first != "help" }
  }

  private static func help(_ command: [String]) throws -> String {
    let result = try Tool.run(command + ["--help"], environment: ["COLUMNS": "80", "LINES": "24"])
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  @Test("Every command's help is the text that was agreed on: RESNET_RENEW_HELP=1 writes it anew")
  func texts() throws {
    let isRenewing = ProcessInfo.processInfo.environment["RESNET_RENEW_HELP"] == "1"
    var names: Set<String> = []
    for command in try Self.commands() {
      let name = (["resnet"] + command).joined(separator: "-") + ".txt"
      names.insert(name)
      let file = Self.folder.appending(path: name)
      let help = try Self.help(command)
      if isRenewing { try Data(help.utf8).write(to: file) }
      let agreed = (try? String(contentsOf: file, encoding: .utf8)) ?? "no such file"
      #expect(help == agreed, "\(name): if this is as it should be, RESNET_RENEW_HELP=1 takes it over")
    }
    #expect(names.count >= 9)
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) == names)
  }

  @Test("No help is wider than 80 columns, and every one says what the command is for, with examples that parse")
  func examples() throws {
    for command in try Self.commands() {
      let help = try Self.help(command)
      #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(command)")
      #expect(help.hasPrefix("OVERVIEW: "))
      let overview = try #require(help.components(separatedBy: "\nUSAGE:").first)
      let lines = overview.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
      let examples = lines.filter { $0.hasPrefix("  resnet ") }
      #expect(examples.count >= 2, "\(command) has no examples")
      for example in examples where !example.contains("--generate-completion-script") {
        // What follows is the shell's.
        let words = example.replacing(" 2>", with: " >").prefix { $0 != ">" }.split(separator: " ").map(String.init)
        #expect(throws: Never.self, "\(example)") { try ResNetCommand.parseAsRoot(Array(words.dropFirst())) }
        if let network = words.firstIndex(of: "--network") {
          #expect(throws: Never.self) { try Architecture.named(words[network + 1]) }
        }
      }
    }
  }
}
