import ResNetGraph

/// Which activations a program computes a second time for its gradients instead of keeping them.
///
/// Gradients, loss and running statistics are the same bits whichever it is: less memory is paid for with time alone.
public enum Recomputation: Hashable, Sendable {
  /// None: all that the gradients read is kept.
  case nothing
  /// What one pass over memory gives: normalisation, ReLU and their like. No convolution runs twice.
  case cheapLayers
  /// All but what lies between segments, about so many of equal size: the network is divided where a single tensor
  /// carries everything on, and each segment is computed again when its gradients are next (Chen et al., "Training Deep
  /// Nets with Sublinear Memory Cost", 2016).
  case segments(Int)

  /// What there is to choose from in a network that can be divided in so many places, in order of the time that it costs
  /// and, at equal cost, of what is kept.
  static func choices(cuts: Int) -> [Recomputation] {
    var choices: [Recomputation] = [.nothing, .cheapLayers]
    var count = 1
    while 2 * count <= cuts { count *= 2 }
    // Where segments are so few that each of them is larger than what lies between all of them, fewer save nothing more.
    while count >= 2, 4 * count * count >= cuts {
      choices.append(.segments(count))
      count /= 2
    }
    return choices
  }
}

extension Recomputation: CustomStringConvertible {
  /// In words, as in `all but what lies between 32 segments`.
  public var description: String {
    switch self {
    case .nothing: "nothing"
    case .cheapLayers: "what takes no convolution"
    case .segments(let count): "all but what lies between \(count) segments"
    }
  }
}
