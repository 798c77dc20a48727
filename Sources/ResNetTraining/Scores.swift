import Foundation

/// Sums over samples of what their logits are worth.
struct Scores: Codable, Hashable {
  private(set) var count = 0
  private(set) var loss = 0.0
  private(set) var topOneMisses = 0
  private(set) var topFiveMisses = 0

  /// Adds samples with logits `[count, classes]` and labels `[count]`.
  ///
  /// - Parameter losses: the cross-entropy of each sample, where it is known already.
  mutating func add(
    logits: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, losses: UnsafeBufferPointer<Float>? = nil
  ) {
    let classes = logits.count / max(labels.count, 1)
    for (sample, label) in labels.enumerated() {
      let row = UnsafeBufferPointer(rebasing: logits[sample * classes..<(sample + 1) * classes])
      let rank = Self.rank(of: Int(label), in: row)
      if rank >= 1 { topOneMisses += 1 }
      if rank >= 5 { topFiveMisses += 1 }
      loss += losses.map { Double($0[sample]) } ?? Self.crossEntropy(of: Int(label), in: row)
    }
    count += labels.count
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

  static func crossEntropy(of label: Int, in logits: UnsafeBufferPointer<Float>) -> Double {
    let greatest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - greatest) }
    return log(sum) + greatest - Double(logits[label])
  }
}
