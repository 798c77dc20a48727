import ArgumentParser
import Foundation
import ResNet
import ResNetCore

/// `resnet diagnose`: what is wrong with a run, and what to change.
struct Diagnose: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is wrong with a run and what to change, or that nothing is.",
    usage: "resnet diagnose <run> [<options>]",
    discussion: """
      Reads what a run kept of itself: losses and errors, the learning rate, the
      watch on gradients, the updates of weights where they were recorded. With
      --data it looks at a batch of training images too: at the gradients of every
      layer, and at ReLUs that are dead. Each finding says what was measured, what
      that means and what to change. The exit status is 0 whatever is found.

        resnet diagnose runs/r20
        resnet diagnose runs/plain56 --data cifar-10-batches-bin
        resnet diagnose runs/r20 --json
      """)

  @Argument(help: ArgumentHelp("The folder of a run.", valueName: "run"), completion: .directory)
  var folder: String

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var sharing: ThreadsOption

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    var measurements = try RunMeasurements(ofRunAt: folder)
    if let data {
      let training = try pictures.open(data).requireTraining()
      if FileManager.default.fileExists(atPath: folder + "/" + Model.fileName) {
        try await sharing.apply()
        try await measurements.look(atRun: folder, on: training)
      } else {
        Terminal.note("note: the run has saved no model yet, so no images are looked at")
      }
    }
    let diagnosis = Diagnosis(of: measurements)
    if json {
      Terminal.print(try encoded(DiagnosisReport(run: folder, measurements, diagnosis)))
    } else {
      Terminal.print(text(measurements, diagnosis))
    }
  }

  private func text(_ run: RunMeasurements, _ diagnosis: Diagnosis) -> String {
    let errors = run.epochs.last.map { epoch in
      "training error \(percent(epoch.trainingError))" + (epoch.testError.map { ", test error \(percent($0))" } ?? "")
    }
    let state = RunLine.state(run.state, at: folder)
    let head = [
      "\(cell(folder)): \(cell(run.architecture.name)), \(state) after \(run.step) of \(run.steps) steps", errors,
    ].compactMap(\.self)
    let findings = diagnosis.findings.enumerated().map { number, finding in
      let parts = [("measured", finding.measured), ("meaning", finding.meaning), ("change", finding.remedy)]
      return (["", "\(number + 1). \(finding.fault)"] + parts.map { indented($0, $1) }).joined(separator: "\n")
    }
    let verdict = findings.isEmpty ? ["", "Nothing is wrong, as far as can be seen."] : findings
    let looked = [("looked at", diagnosis.looked), ("not", diagnosis.notLooked)].filter { !$1.isEmpty }
      .map { indented($0, $1.joined(separator: "; ")) }
    return (head + verdict + [""] + looked).joined(separator: "\n")
  }

  /// A word, and beside it a text in as many lines as it needs.
  private func indented(_ word: String, _ text: String) -> String {
    let indent = 11
    let lines = wrapped(text, width: 80 - indent).split(separator: "\n")
    let first = word.padding(toLength: indent - 1, withPad: " ", startingAt: 0) + " "
    return lines.enumerated().map { ($0 == 0 ? first : String(repeating: " ", count: indent)) + $1 }
      .joined(separator: "\n")
  }
}

/// What the JSON says.
private struct DiagnosisReport: Encodable {
  var run: String
  var network: String
  var state: String
  var step: Int
  var steps: Int
  var findings: [Diagnosis.Finding]
  var lookedAt: [String]
  var batch: RunMeasurements.Batch?
  var updates: [RunMeasurements.LayerUpdate]?

  init(run: String, _ measurements: RunMeasurements, _ diagnosis: Diagnosis) {
    self.run = run
    network = measurements.architecture.name
    state = RunLine.state(measurements.state, at: run)
    step = measurements.step
    steps = measurements.steps
    findings = diagnosis.findings
    lookedAt = diagnosis.looked
    batch = measurements.batch
    updates = measurements.updates
  }
}
