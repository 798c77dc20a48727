import ResNet

/// Where a run stands: what its steps and epochs said, and when.
struct RunProgress {
  /// The steps of a whole epoch.
  let stepsPerEpoch: Int
  /// What the images are called that every epoch is tested on.
  let label: String

  private(set) var epoch = 0
  private(set) var epochs = 0
  private(set) var step = 0
  private(set) var steps = 0
  /// The mean cross-entropy of the epoch so far; `nil` before the first step.
  private(set) var loss: Double?
  /// In percent, of the epoch so far.
  private(set) var trainingError: Double?
  private(set) var imagesPerSecond = 0.0
  /// In percent, by epoch.
  private(set) var testErrors: [Double] = []
  /// Whether the epoch's steps are done and its evaluation is not.
  private(set) var isTesting = false
  private var remaining: RemainingTime

  /// - Parameters:
  ///   - testImages: those that every epoch is tested on.
  ///   - finalImages: those that the model is tested on once, at the end.
  init(stepsPerEpoch: Int, testImages: Int, finalImages: Int = 0, label: String = "test") {
    self.stepsPerEpoch = max(stepsPerEpoch, 1)
    self.label = label
    remaining = RemainingTime(stepsPerEpoch: stepsPerEpoch, testImages: testImages, finalImages: finalImages)
  }

  /// The run begins, or goes on after some epochs.
  mutating func begin(after epochs: [EpochReport]) { testErrors = epochs.compactMap { $0.evaluation?.topOneError } }

  /// A step has ended, so many seconds after some beginning.
  mutating func add(_ progress: TrainingProgress, at seconds: Double) {
    (epoch, epochs, step, steps) = (progress.epoch, progress.epochs, progress.step, progress.steps)
    (loss, trainingError) = (progress.loss, progress.trainingError)
    imagesPerSecond = progress.imagesPerSecond
    let endsEpoch = step == steps || step % stepsPerEpoch == 0
    isTesting = endsEpoch && remaining.testImages > 0
    remaining.addStep(
      left: steps - step, epochs: epochs - epoch + 1, endsEpoch: endsEpoch, imagesPerSecond: imagesPerSecond,
      at: seconds)
  }

  /// An epoch has ended, its evaluation and what was saved of it included.
  mutating func add(_ report: EpochReport, at seconds: Double) {
    (epoch, epochs, step) = (report.epoch, report.epochs, report.step)
    (loss, trainingError) = (report.trainingLoss, report.trainingError)
    imagesPerSecond = report.imagesPerSecond
    if let evaluation = report.evaluation { testErrors.append(evaluation.topOneError) }
    isTesting = false
    remaining.addEpoch(left: epochs - epoch, at: seconds)
  }

  /// The seconds that the rest of the run takes, evaluations included; `nil` while nothing is known of it.
  func secondsLeft(at seconds: Double) -> Double? { remaining.seconds(at: seconds) }

  /// One line for a log, as in `epoch 2/5 · step 120/395 · loss 0.3634 · 466 images/s · 1:14 left`.
  func line(at seconds: Double) -> String {
    var parts = ["epoch \(epoch)/\(epochs)", "step \(step)/\(steps)"]
    if isTesting { parts.append("testing") }
    if let loss { parts.append("loss \(lossText(loss))") }
    parts.append("\(fixed(imagesPerSecond, 0)) images/s")
    if let left = secondsLeft(at: seconds) { parts.append("\(clockTime(left)) left") }
    return parts.joined(separator: " · ")
  }
}
