import ResNetCore
import ResNetFiles
import ResNetPlots

/// The errors of a run by epoch, as `history.csv` holds them.
public struct RunCurve: Hashable, Sendable {
  /// One epoch.
  public struct Epoch: Hashable, Sendable {
    /// Its number, from 1.
    public var number: Int
    /// Images whose class did not have the greatest logit as they were trained on, in percent.
    public var trainingError: Double
    /// The same of the images that the run tests on, where it does.
    public var testError: Double?
  }

  /// What the run is called.
  public var name: String
  /// Its epochs, first to last.
  public var epochs: [Epoch]

  init(name: String, _ reports: [EpochReport]) {
    self.name = name
    epochs = reports.map {
      Epoch(number: $0.epoch, trainingError: $0.trainingError, testError: $0.evaluation?.topOneError)
    }
  }

  /// Reads the curve of the run in a folder; a run without a whole epoch has none.
  ///
  /// - Parameter name: what the run is called.
  /// - Throws: `ResNetError` of code `data` where `history.csv` is missing or damaged, `inputOutput` where it cannot be
  ///   read.
  public init(ofRunAt path: String, name: String) throws {
    let file = RunFolder.file(RunFolder.history, in: path)
    var lines = try TextFile.read(file, atMost: 1 << 26).split(separator: "\n")[...]
    let columns = (lines.popFirst() ?? "").split(separator: ",").map(String.init)
    func refusal(_ line: Int) -> ResNetError {
      ResNetError(
        .data, "it is no history of a run", at: "\(file), line \(line)",
        remedy: "Go on with the run, which writes it anew, or leave the run out")
    }
    guard let number = columns.firstIndex(of: "epoch"),
      let training = columns.firstIndex(of: "training_error_percent"),
      let test = columns.firstIndex(of: "test_error_percent")
    else { throw refusal(1) }
    self.name = name
    epochs = try lines.enumerated().map { position, line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == columns.count, let epoch = Int(cells[number]), let error = Double(cells[training]),
        cells[test].isEmpty || Double(cells[test]) != nil
      else { throw refusal(position + 2) }
      return Epoch(number: epoch, trainingError: error, testError: Double(cells[test]))
    }
  }
}

extension RunCurve {
  /// Runs in one figure: above, the error on training images (thin) and on test images (bold) by epoch; below, how far
  /// they lie apart.
  public static func figure(of runs: [RunCurve], title: String, subtitle: String? = nil) -> LinePlot {
    let isAlone = runs.count == 1
    var errors: [LinePlot.Series] = []
    var gaps: [LinePlot.Series] = []
    for (slot, run) in runs.enumerated() {
      let numbers = run.epochs.map { Double($0.number) }
      errors.append(
        LinePlot.Series(
          isAlone ? "training" : "\(run.name), training", points: zip(numbers, run.epochs.map(\.trainingError)),
          emphasis: .thin, isDashed: true, colorSlot: slot))
      guard run.epochs.contains(where: { $0.testError != nil }) else { continue }
      errors.append(
        LinePlot.Series(
          isAlone ? "test" : "\(run.name), test", points: zip(numbers, run.epochs.map { $0.testError ?? .nan }),
          emphasis: .bold, colorSlot: slot))
      gaps.append(
        LinePlot.Series(
          isAlone ? "test − training" : run.name,
          points: zip(numbers, run.epochs.map { ($0.testError ?? .nan) - $0.trainingError }), emphasis: .bold,
          colorSlot: slot))
    }
    let upper = LinePlot.Panel(y: PlotAxis("error", unit: "%"), series: errors, height: 300)
    let lower = LinePlot.Panel(y: PlotAxis("gap", unit: "points"), series: gaps, height: 140)
    return LinePlot(
      title: title, subtitle: subtitle, x: PlotAxis("epoch"), panels: gaps.isEmpty ? [upper] : [upper, lower])
  }
}
