import Foundation

/// Sums over samples of what their logits are worth.
package struct Scores: Codable, Hashable, Sendable {
  /// How many samples were added.
  package private(set) var count = 0
  private(set) var loss = 0.0
  /// What the samples weigh together, where not each of them weighs 1.
  private(set) var weight: Double?
  /// Those whose class does not have the greatest logit.
  package private(set) var topOneMisses = 0
  private(set) var topFiveMisses = 0
  private(set) var calibration = Calibration()

  /// No samples.
  package init() {}

  // Calibration is no part of what a run that goes on needs.
  private enum CodingKeys: CodingKey { case count, loss, weight, topOneMisses, topFiveMisses }

  /// The mean cross-entropy by the samples' weights.
  var meanLoss: Double { loss / (weight ?? Double(count)) }

  /// Whether they can be those of so many images at most; what a file says may be anything.
  func isPossible(images: Int) -> Bool {
    (0...images).contains(count) && (0...count).contains(topOneMisses) && (0...count).contains(topFiveMisses)
  }

  /// Adds samples with logits `[count, classes]` and labels `[count]`.
  ///
  /// - Parameters:
  ///   - losses: the cross-entropy of each sample times its weight, where training knows it already; calibration, which
  ///     nobody asks of images that are trained on, is then left out.
  ///   - weight: what these samples weigh together, where not each of them weighs 1.
  package mutating func add(
    logits: UnsafeBufferPointer<Float>, labels: some Collection<Int32>, losses: UnsafeBufferPointer<Float>? = nil,
    weight: Double? = nil
  ) {
    if weight != nil || self.weight != nil {
      self.weight = (self.weight ?? Double(count)) + (weight ?? Double(labels.count))
    }
    let classes = logits.count / max(labels.count, 1)
    for (sample, label) in labels.enumerated() {
      let row = UnsafeBufferPointer(rebasing: logits[sample * classes..<(sample + 1) * classes])
      let prediction = Self.prediction(row)
      let isRight = prediction == Int(label)
      if !isRight {
        topOneMisses += 1
        if Self.rank(of: Int(label), in: row) >= 5 { topFiveMisses += 1 }
      }
      if let losses {
        loss += Double(losses[sample])
        continue
      }
      let greatest = prediction.map { Double(row[$0]) } ?? .nan
      let sum = row.reduce(0.0) { $0 + exp(Double($1) - greatest) }
      loss += log(sum) + greatest - Double(row[Int(label)])
      calibration.add(confidence: 1 / sum, isRight: isRight)
    }
    count += labels.count
  }

  /// The class of the greatest logit, the first of equal ones; `nil` where a logit is not a number.
  ///
  /// It is the class of rank 0, where there is one.
  static func prediction(_ logits: UnsafeBufferPointer<Float>) -> Int? {
    var best: Int?
    for (position, logit) in logits.enumerated() {
      if logit.isNaN { return nil }
      if best.map({ logit > logits[$0] }) ?? true { best = position }
    }
    return best
  }

  /// How many classes stand before one; equal logits in their order, and one that is not a number before all others.
  static func rank(of label: Int, in logits: UnsafeBufferPointer<Float>) -> Int {
    let own = logits[label]
    var rank = 0
    for (position, logit) in logits.enumerated() where position != label {
      let isBehind = logit < own || (logit == own && position > label)
      if !isBehind { rank += 1 }
    }
    return rank
  }
}
