import Foundation
import ResNetCore

/// A single number made of a network's logits, whose gradient is asked for.
public enum Scalar: Hashable, Sendable {
  /// The mean over the batch of −log softmax(logits)[label].
  case crossEntropy(labels: [Int])
  /// Σ −t · log softmax(logits) / Σ t for targets t, `[batch, classes]`.
  case weightedCrossEntropy(targets: [Double])
  /// The sum over the batch of one class's logit.
  case logit(Int)
  /// Σ seed · logits for a seed `[batch, classes]`.
  case given([Double])
}

extension Trace {
  /// The scalar's value.
  ///
  /// - Throws: `ResNetError` of code `usage` where labels or seeds do not fit the logits.
  public func value(of scalar: Scalar) throws -> Double {
    let logits = self.logits
    let classes = logits.count / batch
    func refuse(_ message: String) -> ResNetError {
      ResNetError(.usage, message, remedy: "There are \(batch) samples of \(classes) classes")
    }
    /// log Σ exp(logits) of a sample.
    func logarithm(of sample: Int) -> Double {
      let row = logits[(sample * classes)..<((sample + 1) * classes)]
      let greatest = row.max() ?? 0
      return greatest + log(row.reduce(0) { $0 + exp($1 - greatest) })
    }
    switch scalar {
    case .crossEntropy(let labels):
      guard labels.count == batch, labels.allSatisfy({ (0..<classes).contains($0) }) else {
        throw refuse("labels \(labels) do not fit the batch")
      }
      var sum = 0.0
      for (sample, label) in labels.enumerated() { sum += logarithm(of: sample) - logits[sample * classes + label] }
      return sum / Double(batch)
    case .weightedCrossEntropy(let targets):
      guard targets.count == logits.count else {
        throw refuse("\(targets.count) targets do not fit the logits")
      }
      let sum = targets.indices.reduce(0) { $0 + targets[$1] * (logarithm(of: $1 / classes) - logits[$1]) }
      return sum / targets.reduce(0, +)
    case .logit(let index):
      guard (0..<classes).contains(index) else { throw refuse("there is no class \(index)") }
      return (0..<batch).reduce(0) { $0 + logits[$1 * classes + index] }
    case .given(let seed):
      guard seed.count == logits.count else { throw refuse("a seed of \(seed.count) values does not fit the logits") }
      return zip(seed, logits).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}
