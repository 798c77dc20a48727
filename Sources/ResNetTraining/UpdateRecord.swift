import ResNetCore

/// How much the weights of each layer changed in single steps of a run: ‖W‖₂ before a step and ‖ΔW‖₂, weight decay and
/// momentum included, of every convolution and fully connected layer.
///
/// A run that records it looks at four steps in every epoch, evenly apart, the last of them near its end.
public struct UpdateRecord: Hashable, Sendable, Codable {
  /// One step that was looked at.
  public struct Step: Hashable, Sendable, Codable {
    /// The number of the step, from 1.
    public var number: Int
    /// ‖W‖₂ before it, by layer.
    public var weights: [Double]
    /// ‖ΔW‖₂, by layer; 0 where a layer is frozen.
    public var updates: [Double]

    /// ‖ΔW‖₂ / ‖W‖₂ of a layer; not a number where its weights were all 0.
    public func ratio(_ layer: Int) -> Double { updates[layer] / weights[layer] }
  }

  /// The names of the layers, in the order of the network.
  public var layers: [String]
  /// The steps that were looked at, first to last.
  public var steps: [Step] = []

  /// Makes an empty record.
  init(layers: [String]) { self.layers = layers }

  /// Every how many steps one is looked at.
  static func interval(batchesPerEpoch: Int) -> Int { max(1, batchesPerEpoch / 4) }

  /// Forgets the steps behind one, for a run that goes back to it.
  mutating func remove(after step: Int) { steps.removeAll { $0.number > step } }

  /// Whether it can be that of a run; what a file says may be anything.
  var isPossible: Bool {
    steps.allSatisfy { $0.weights.count == layers.count && $0.updates.count == layers.count }
  }
}
