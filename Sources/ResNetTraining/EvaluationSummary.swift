import ResNetCore

/// How good a model is on a set of images, in a few numbers: what a run keeps of every epoch.
public struct EvaluationSummary: Hashable, Sendable, Codable {
  /// What the set is called.
  public var dataSet: String
  /// The number of images.
  public var images: Int
  /// The mean cross-entropy, in nats.
  public var loss: Double
  /// Images whose class does not have the greatest logit, in percent; of equal logits the first is the greatest.
  public var topOneError: Double
  /// Images whose class is not among those of the five greatest logits, in percent; `nil` for five classes or fewer.
  public var topFiveError: Double?
  /// The expected calibration error, in percent: images fall into 15 equal-width bins by their confidence, which is the
  /// greatest softmax probability, and this is the mean of |accuracy − mean confidence| over the bins, weighted by their
  /// images (Guo et al., "On Calibration of Modern Neural Networks", 2017).
  ///
  /// Not a number, like the loss, where the logits of an image are not.
  public var calibrationError: Double
  /// How long it took.
  public var seconds: Double

  init(_ scores: Scores, dataSet: String, classes: Int, seconds: Double) {
    let images = Double(max(scores.count, 1))
    self.dataSet = dataSet
    self.images = scores.count
    self.loss = scores.loss / images
    self.topOneError = 100 * Double(scores.topOneMisses) / images
    self.topFiveError = classes > 5 ? 100 * Double(scores.topFiveMisses) / images : nil
    self.calibrationError = scores.calibration.error
    self.seconds = seconds
  }

  private enum CodingKeys: String, CodingKey {
    case dataSet, images, loss, topOneError, topFiveError, calibrationError, seconds
  }

  /// Writes every member, `null` where there is no top-5 error.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(dataSet, forKey: .dataSet)
    try values.encode(images, forKey: .images)
    try values.encode(loss, forKey: .loss)
    try values.encode(topOneError, forKey: .topOneError)
    // The compiler's own code would leave the key out where there is nothing.
    try values.encode(topFiveError, forKey: .topFiveError)
    try values.encode(calibrationError, forKey: .calibrationError)
    try values.encode(seconds, forKey: .seconds)
  }
}

extension EvaluationSummary: CustomStringConvertible {
  /// Images measured in a second.
  public var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }

  /// One line, as in `CIFAR-10 test (10000 images): error 8.51 %, top-5 error 0.35 %, loss 0.3012, 696 images/s`.
  public var description: String {
    "\(dataSet) (\(counted(images, "image"))): error \(fixed(topOneError, 2)) %"
      + (topFiveError.map { ", top-5 error \(fixed($0, 2)) %" } ?? "") + ", loss \(lossText(loss)), "
      + "\(fixed(imagesPerSecond, 0)) images/s"
  }
}
