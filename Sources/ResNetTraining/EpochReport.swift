import ResNetCore
import ResNetData

/// What one epoch of training came to.
public struct EpochReport: Hashable, Sendable, Codable {
  /// The number of the epoch, from 1.
  public var epoch: Int
  /// The number of epochs of the run; the last may be cut short.
  public var epochs: Int
  /// Steps since the beginning of the run.
  public var step: Int
  /// The learning rate of the last step.
  public var learningRate: Double
  /// The mean cross-entropy over the epoch's images as they were trained on, in nats.
  public var trainingLoss: Double
  /// Images whose class did not have the greatest logit as they were trained on, in percent.
  public var trainingError: Double
  /// How good the model is on the images that it is tested on, where there are some.
  public var evaluation: EvaluationSummary?
  /// Images that were trained on in a second, evaluation left out.
  public var imagesPerSecond: Double
  /// How long training took, evaluation left out.
  public var seconds: Double
  /// How long preparing the epoch's images took, and how long training waited for it; nothing where an older version
  /// trained it.
  public var loading: LoadingTime?
}

extension EpochReport: CustomStringConvertible {
  /// One line, as in `epoch 2/5 · loss 0.3634 · error 13.22 %, test 22.55 % · 466 images/s`; the first error is that on
  /// training images.
  public var description: String { line(testedOn: "test") }

  /// `description` with another word for the images that the model was tested on.
  package func line(testedOn label: String) -> String {
    let tested = evaluation.map { ", \(label) \(fixed($0.topOneError, 2)) %" } ?? ""
    return "epoch \(epoch)/\(epochs) · loss \(lossText(trainingLoss)) · error \(fixed(trainingError, 2)) %\(tested) · "
      + "\(fixed(imagesPerSecond, 0)) images/s"
  }
}

extension [EpochReport] {
  /// What preparing the images of all epochs came to, where they tell.
  public var loading: LoadingTime? {
    let known = compactMap(\.loading)
    return known.isEmpty ? nil : known.reduce(LoadingTime(), +)
  }
}

/// How far a run is, as told after every step.
public struct TrainingProgress: Hashable, Sendable {
  /// The number of the epoch, from 1.
  public var epoch: Int
  /// The number of epochs of the run.
  public var epochs: Int
  /// Steps since the beginning of the run.
  public var step: Int
  /// The number of steps of the run.
  public var steps: Int
  /// The mean cross-entropy over the epoch so far, in nats.
  public var loss: Double
  /// Images of the epoch so far whose class did not have the greatest logit as they were trained on, in percent.
  public var trainingError: Double
  /// Images trained on in a second, in this epoch so far.
  public var imagesPerSecond: Double
}
