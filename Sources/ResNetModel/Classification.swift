import Foundation
import ResNetCore
import ResNetImages

/// What a model makes of one picture.
public struct Classification: Hashable, Sendable {
  /// The size of the picture, after its orientation was undone where that is wanted.
  public let size: ImageSize
  /// The network's outputs, one a class; finite numbers.
  public let logits: [Float]
  private let classes: [String]

  /// - Throws: `ResNetError` of code `data` where a logit is not a finite number.
  init(_ size: ImageSize, logits: [Float], classes: [String]) throws {
    if let output = logits.firstIndex(where: { !$0.isFinite }) {
      throw ResNetError(
        .data, "the model's logit of class \(output) is not a finite number",
        remedy: "Use a model whose training did not diverge")
    }
    self.size = size
    self.logits = logits
    self.classes = classes
  }

  /// The most likely classes, the likeliest first; equally likely ones in their order.
  ///
  /// - Parameter top: how many; all of them where there are fewer.
  public func guesses(top: Int = 5) -> [Guess] {
    let greatest = Double(logits.max() ?? 0)
    let shares = logits.map { exp(Double($0) - greatest) }
    let sum = shares.reduce(0, +)
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    return order.prefix(max(top, 0)).map { Guess(index: $0, name: classes[$0], probability: shares[$0] / sum) }
  }
}

/// A class that a picture may be of.
public struct Guess: Hashable, Sendable, Codable {
  /// The class's place among the model's classes, from 0.
  public var index: Int
  /// What the class is called.
  public var name: String
  /// The softmax of the logits, from 0 to 1.
  public var probability: Double

  private enum CodingKeys: String, CodingKey {
    case index, probability
    case name = "class"
  }
}

extension Guess: CustomStringConvertible {
  /// As in `tabby 87.20 %`.
  public var description: String { "\(name) \(fixed(100 * probability, 2)) %" }
}
