/// How good a model is on a set of images.
public struct Evaluation: Hashable, Sendable, Codable {
  /// What the set is called.
  public var dataSet: String
  /// The number of images.
  public var images: Int
  /// The mean cross-entropy, in nats.
  public var loss: Double
  /// Images whose class does not have the greatest logit, in percent.
  public var topOneError: Double
  /// Images whose class is not among those of the five greatest logits, in percent; `nil` for five classes or fewer.
  public var topFiveError: Double?
  /// How long it took.
  public var seconds: Double

  init(_ scores: Scores, dataSet: String, classes: Int, seconds: Double) {
    let images = Double(max(scores.count, 1))
    self.dataSet = dataSet
    self.images = scores.count
    self.loss = scores.loss / images
    self.topOneError = 100 * Double(scores.topOneMisses) / images
    self.topFiveError = classes > 5 ? 100 * Double(scores.topFiveMisses) / images : nil
    self.seconds = seconds
  }
}
