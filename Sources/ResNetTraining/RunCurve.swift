import ResNetCore
import ResNetFiles
import ResNetPlots

/// The losses and errors of a run by epoch, as `history.csv` holds them.
public struct RunCurve: Hashable, Sendable {
  /// One epoch.
  public struct Epoch: Hashable, Sendable {
    /// Its number, from 1.
    public var number: Int
    /// Steps since the beginning of the run.
    public var step: Int
    /// The learning rate of its last step.
    public var learningRate: Double
    /// The mean cross-entropy over its images as they were trained on, in nats.
    public var trainingLoss: Double
    /// Images whose class did not have the greatest logit as they were trained on, in percent.
    public var trainingError: Double
    /// The mean cross-entropy over the images that the run tests on, in nats, where it does.
    public var testLoss: Double?
    /// Of those images, the ones whose class did not have the greatest logit, in percent.
    public var testError: Double?

    /// Makes an epoch of its numbers.
    public init(
      number: Int, step: Int, learningRate: Double, trainingLoss: Double, trainingError: Double,
      testLoss: Double? = nil, testError: Double? = nil
    ) {
      self.number = number
      self.step = step
      self.learningRate = learningRate
      self.trainingLoss = trainingLoss
      self.trainingError = trainingError
      self.testLoss = testLoss
      self.testError = testError
    }
  }

  /// What the run is called.
  public var name: String
  /// Its epochs, first to last.
  public var epochs: [Epoch]

  /// Makes a curve of epochs in their order.
  public init(name: String, epochs: [Epoch]) {
    self.name = name
    self.epochs = epochs
  }

  init(name: String, _ reports: [EpochReport]) {
    self.init(
      name: name,
      epochs: reports.map {
        Epoch(
          number: $0.epoch, step: $0.step, learningRate: $0.learningRate, trainingLoss: $0.trainingLoss,
          trainingError: $0.trainingError, testLoss: $0.evaluation?.loss, testError: $0.evaluation?.topOneError)
      })
  }

  /// Reads the curve of the run in a folder; a run without a whole epoch has none.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - name: what the run is called.
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
    func column(_ name: String) throws -> Int {
      guard let column = columns.firstIndex(of: name) else { throw refusal(1) }
      return column
    }
    let (number, step, rate) = (try column("epoch"), try column("step"), try column("learning_rate"))
    let training = (loss: try column("training_loss"), error: try column("training_error_percent"))
    let test = (loss: try column("test_loss"), error: try column("test_error_percent"))
    self.name = name
    epochs = try lines.enumerated().map { position, line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == columns.count, let epoch = Int(cells[number]), let steps = Int(cells[step]),
        let rate = Double(cells[rate]), let loss = Double(cells[training.loss]),
        let error = Double(cells[training.error]),
        [test.loss, test.error].allSatisfy({ cells[$0].isEmpty || Double(cells[$0]) != nil })
      else { throw refusal(position + 2) }
      return Epoch(
        number: epoch, step: steps, learningRate: rate, trainingLoss: loss, trainingError: error,
        testLoss: Double(cells[test.loss]), testError: Double(cells[test.error]))
    }
  }
}

extension RunCurve {
  /// Runs in one figure: above, the error on training images (thin) and on test images (bold) by epoch; below, how far
  /// they lie apart.
  public static func figure(of runs: [RunCurve], title: String, subtitle: String? = nil) -> LinePlot {
    let gaps = runs.enumerated().filter { $1.isTested }.map { slot, run in
      LinePlot.Series(
        runs.count == 1 ? "test − training" : run.name,
        points: run.epochs.map { (Double($0.number), ($0.testError ?? .nan) - $0.trainingError) }, emphasis: .bold,
        colorSlot: slot)
    }
    let errors = series(of: runs, training: \.trainingError, test: \.testError)
    let upper = LinePlot.Panel(y: PlotAxis("error", unit: "%"), series: errors, height: 300)
    let lower = LinePlot.Panel(y: PlotAxis("gap", unit: "points"), series: gaps, height: 140)
    return LinePlot(
      title: title, subtitle: subtitle, x: PlotAxis("epoch"), panels: gaps.isEmpty ? [upper] : [upper, lower])
  }

  /// Runs in one figure: the mean cross-entropy of training images (thin) and of test images (bold) by epoch.
  public static func lossFigure(of runs: [RunCurve], title: String, subtitle: String? = nil) -> LinePlot {
    let losses = series(of: runs, training: \.trainingLoss, test: \.testLoss)
    return LinePlot(
      title: title, subtitle: subtitle, x: PlotAxis("epoch"),
      panels: [
        LinePlot.Panel(y: PlotAxis("cross-entropy", unit: "nats", scale: .logarithmic), series: losses, height: 300)
      ])
  }

  private var isTested: Bool { epochs.contains { $0.testError != nil } }

  /// For each run what was measured on training images and, where it tested, on test images.
  private static func series(
    of runs: [RunCurve], training: (Epoch) -> Double, test: (Epoch) -> Double?
  ) -> [LinePlot.Series] {
    runs.enumerated().flatMap { slot, run in
      func name(_ images: String) -> String { runs.count == 1 ? images : "\(run.name), \(images)" }
      let thin = LinePlot.Series(
        name("training"), points: run.epochs.map { (Double($0.number), training($0)) }, emphasis: .thin, isDashed: true,
        colorSlot: slot)
      guard run.isTested else { return [thin] }
      let bold = LinePlot.Series(
        name("test"), points: run.epochs.map { (Double($0.number), test($0) ?? .nan) }, emphasis: .bold, colorSlot: slot
      )
      return [thin, bold]
    }
  }
}
