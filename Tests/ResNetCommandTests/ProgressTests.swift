import Foundation
import Testing

@Suite struct ProgressTests {
  private func train(
    _ progress: String, in folder: TemporaryFolder, on terminal: PseudoTerminal? = nil,
    _ environment: [String: String] = [:]
  ) throws -> Tool.Result {
    try writeCIFAR10(to: folder)
    let result = try Tool.run(
      [
        "train", "--network", "resnet8", "--data", folder.path, "--output", folder.path + "/run", "--epochs", "2",
        "--batch", "8", "--learning-rate", "0.01", "--progress", progress,
      ], environment: environment, terminal: terminal)
    #expect(result.status == 0, "\(result.errors)")
    return result
  }

  @Test("JSON lines tell a run's steps, its epochs and its end")
  func json() throws {
    let folder = try TemporaryFolder()
    let result = try train("json", in: folder)
    let events = try result.errors.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let first = try #require(events.first)
    #expect(first["event"] as? String == "step" && first["step"] as? Int == 1 && first["secondsLeft"] == nil)
    let epochs = events.filter { $0["event"] as? String == "epoch" }
    #expect(epochs.compactMap { $0["epoch"] as? Int } == [1, 2])
    for epoch in epochs {
      #expect(
        epoch.keys.sorted() == [
          "epoch", "epochs", "event", "imagesPerSecond", "loss", "seconds", "secondsLeft", "step", "steps", "testError",
          "testLoss", "trainingError",
        ])
    }
    #expect(epochs.last?["step"] as? Int == 6 && epochs.last?["secondsLeft"] as? Double == 0)
    #expect(events.last?["event"] as? String == "end")
    #expect(events.last?["seconds"] is Double)
    // Results stay what they are.
    #expect(result.output.contains("\nepoch 2/2 · loss "))
  }

  @Test(
    "Where nobody watches, a short run says nothing on standard error, and its results on standard output",
    arguments: ["auto", "plain", "none"])
  func quiet(progress: String) throws {
    let folder = try TemporaryFolder()
    let result = try train(progress, in: folder)
    #expect(result.errors.isEmpty)
    #expect(!result.output.contains("\u{1B}") && !result.output.contains("\r"))
    let epochs = result.output.split(separator: "\n").filter { $0.hasPrefix("epoch ") }
    #expect(epochs.count == 2)
    #expect(epochs.allSatisfy { $0.contains(" %, test ") && $0.hasSuffix(" images/s") && $0.count <= 80 })
  }

  private static let usual = ["TERM": "xterm-256color", "NO_COLOR": "", "LC_ALL": "C.UTF-8"]

  @Test("On a terminal one display renews itself within its columns, and nothing is left of it at the end")
  func display() throws {
    let terminal = try PseudoTerminal(columns: 50)
    let result = try train("auto", in: TemporaryFolder(), on: terminal, Self.usual)
    var screen = TestScreen(columns: 50)
    var seen: [String] = []
    for part in result.errors.split(separator: "\u{1B}[J") {
      screen.send(part + "\u{1B}[J")
      seen += screen.lines
    }
    #expect(
      seen.contains {
        $0.hasPrefix("epoch 1/2 ") && $0.hasSuffix("16 % · step 1/6") && $0.count == 49 && $0.contains("█")
      })
    #expect(seen.contains { $0.hasPrefix("loss ") })
    #expect(seen.allSatisfy { $0.count < 50 })
    #expect(result.errors.contains("\u{1B}[1m"))
    #expect(screen.lines == [""] && screen.cursor == [0, 0])
    #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("epoch ") }.count == 2)
  }

  @Test("NO_COLOR and the locale are honoured")
  func plainDisplay() throws {
    let terminal = try PseudoTerminal(columns: 200)
    let environment = Self.usual.merging(["NO_COLOR": "1", "LC_ALL": "C"]) { $1 }
    let errors = try train("auto", in: TemporaryFolder(), on: terminal, environment).errors
    #expect(errors.contains("epoch 1/2 ####") && errors.contains("| step 1/6"))
    #expect(errors.allSatisfy { $0.isASCII })
    #expect(!errors.contains(#/\u{1B}\[[0-9]*m/#))
  }

  @Test("A terminal that cannot write over its lines gets none", arguments: ["dumb", ""])
  func dumbTerminal(name: String) throws {
    let terminal = try PseudoTerminal(columns: 80)
    let environment = Self.usual.merging(["TERM": name]) { $1 }
    #expect(try train("auto", in: TemporaryFolder(), on: terminal, environment).errors.isEmpty)
  }

  @Test("An error ends the display before it is told")
  func error() throws {
    let terminal = try PseudoTerminal(columns: 80)
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let result = try Tool.run(
      [
        "train", "--network", "resnet8", "--data", folder.path, "--output", folder.path + "/run", "--epochs", "9",
        "--batch", "4", "--normalization", "none", "--learning-rate", "1e30",
      ], environment: Self.usual, terminal: terminal)
    #expect(result.status == 65)
    var screen = TestScreen(columns: 10_000)
    screen.send(result.errors)
    let lines = screen.lines.filter { !$0.hasPrefix("note: ") }
    #expect(lines.count == 2 && lines[0].hasPrefix("error: ") && lines[1].isEmpty)
  }
}
