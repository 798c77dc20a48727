import ArgumentParser
import ResNet

/// `resnet runs`: which runs there are, where they stand and how they compare.
struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List and compare runs.",
    discussion: """
      Lists the runs below a folder, or those that are named. A run is running,
      finished, interrupted (by Ctrl-C), stopped (from outside) or failed; resnet
      train --resume goes on with one that is not finished.

        resnet runs
        resnet runs runs/r20 runs/r56 --curves curves.svg
        resnet runs experiments --json
      """)

  @Argument(help: "Folders of runs, or runs (default: runs).", completion: .directory)
  var folders: [String] = []

  @Option(
    help: ArgumentHelp("Draw the errors of all by epoch, in one figure, as SVG.", valueName: "file"),
    completion: .file())
  var curves: String?

  @Flag(help: "Print JSON: one line a run.")
  var json = false

  func run() throws {
    let paths = try (folders.isEmpty ? ["runs"] : folders).flatMap { try RunFolder.runs(below: $0) }
    let runs = paths.compactMap { path in told { (path: path, record: try RunFolder.record(of: path)) } }
    if json {
      for run in runs { Terminal.print(try encoded(RunLine(path: run.path, record: run.record))) }
    } else if !runs.isEmpty {
      for line in Columns.table([RunLine.head] + runs.map { RunLine(path: $0.path, record: $0.record).cells }) {
        Terminal.print(line)
      }
    }
    if let curves {
      let known = runs.filter { $0.record.lastEpoch != nil }.compactMap { run in
        told { try RunCurve(ofRunAt: run.path, name: run.path) }
      }
      guard !known.isEmpty else {
        throw ResNetError(.data, "no run has a whole epoch to draw", remedy: "Draw them later")
      }
      try RunCurve.figure(of: known, title: "Errors by epoch").write(to: curves)
    }
  }
}

/// What can be read, or nothing and a note: one damaged run must not hide the others.
private func told<Value>(_ read: () throws -> Value) -> Value? {
  do {
    return try read()
  } catch {
    Terminal.note("note: \(error)")
    return nil
  }
}

/// What the table and the JSON say of a run.
struct RunLine: Encodable {
  var run: String
  var network: String
  var recipe: String
  var state: String
  var problem: String?
  var epochs: Int
  var epochsInAll: Int?
  var step: Int
  var steps: Int
  var trainingError: Double?
  var testError: Double?
  var bestEpoch: Int?
  var bestError: Double?
  var seconds: Double

  static let head = ["run", "network", "state", "epochs", "training", "test", "best", "time"]

  init(path: String, record: RunRecord) {
    run = path
    network = record.network
    recipe = record.recipe.name
    state = Self.state(record.state, at: path)
    problem = record.problem
    epochs = record.lastEpoch?.epoch ?? 0
    epochsInAll = record.lastEpoch?.epochs
    step = record.sittings.last?.lastStep ?? 0
    steps = record.steps
    trainingError = record.lastEpoch?.trainingError
    testError = record.lastEpoch?.evaluation?.topOneError
    bestEpoch = record.best?.epoch
    bestError = record.best?.topOneError
    seconds = record.seconds
  }

  /// How a run stands; one that no process works on has stopped, whatever it says.
  static func state(_ recorded: RunRecord.State, at path: String) -> String {
    recorded == .running && !RunFolder.isBusy(path) ? "stopped" : recorded.rawValue
  }

  /// The cells of a row, fit for a terminal.
  var cells: [String] {
    [
      cell(run), cell(network), state, epochsInAll.map { "\(epochs)/\($0)" } ?? "0",
      trainingError.map { percent($0) } ?? "–",
      testError.map { percent($0) } ?? "–", bestError.map { percent($0) } ?? "–", clockTime(seconds),
    ]
  }
}
