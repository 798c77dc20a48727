import Foundation

/// An image that a model took for another class.
public struct Mistake: Hashable, Sendable {
  /// The image's position in its set.
  public var position: Int
  /// The position of its class.
  public var label: Int
  /// The position of the class that it was taken for.
  public var predicted: Int
  /// How sure the model was: the softmax probability of that class, from 0 to 1.
  public var probability: Double
  /// The softmax probability that it gave the image's own class.
  public var ownProbability: Double
}

/// The mistakes of which a model is surest.
struct WorstMistakes {
  private let limit: Int
  private let classes: Int
  /// How many samples were looked at.
  private var count = 0
  /// The surest first; equal ones in the order of their positions.
  private(set) var mistakes: [Mistake] = []

  init(limit: Int, classes: Int) {
    (self.limit, self.classes) = (limit, classes)
  }

  /// Adds samples with logits `[count, classes]` and labels `[count]`, which follow those that were added before.
  ///
  /// Samples whose logits are no numbers, or not finite, tell nothing.
  mutating func add(logits: UnsafeBufferPointer<Float>, labels: some Collection<Int32>) {
    for (sample, label) in labels.enumerated() {
      let row = UnsafeBufferPointer(rebasing: logits[sample * classes..<(sample + 1) * classes])
      guard limit > 0, let predicted = Scores.prediction(row), predicted != Int(label) else { continue }
      let greatest = Double(row[predicted])
      let sum = row.reduce(0.0) { $0 + exp(Double($1) - greatest) }
      guard sum.isFinite else { continue }
      let own = exp(Double(row[Int(label)]) - greatest) / sum
      add(
        Mistake(
          position: count + sample, label: Int(label), predicted: predicted, probability: 1 / sum, ownProbability: own))
    }
    count += labels.count
  }

  private mutating func add(_ mistake: Mistake) {
    // Positions rise, so an equally sure one stands behind those that are there.
    let place = mistakes.firstIndex { $0.probability < mistake.probability } ?? mistakes.count
    guard place < limit else { return }
    mistakes.insert(mistake, at: place)
    if mistakes.count > limit { mistakes.removeLast() }
  }
}
