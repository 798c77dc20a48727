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

extension Fusion {
  /// By position of a unit, the layer whose output is all that later units read of this unit and those before it, where
  /// there is only one.
  func cuts(_ graph: Graph) -> [Int?] {
    let last = lastReaders(graph)
    var alive: Set<Int> = last[0] >= 0 ? [0] : []
    return units.enumerated().map { position, unit in
      if last[unit.output] > position { alive.insert(unit.output) }
      for read in unit.inputs(graph) where last[read] == position { alive.remove(read) }
      return alive.count == 1 ? alive.first : nil
    }
  }

  /// The units whose output is not kept for the gradients.
  ///
  /// - Parameter size: what a layer's output takes, in any measure.
  func recomputed(_ recomputation: Recomputation, _ graph: Graph, size: (Int) -> Int) -> [Unit] {
    switch recomputation {
    case .nothing: return []
    case .cheapLayers: return units.filter { $0.addend == nil && graph.layers[$0.head].operation.isCheap }
    case .segments(let count):
      let cuts = cuts(graph)
      let share = units.reduce(0) { $0 + size($1.output) } / max(count, 1)
      var result: [Unit] = []
      var segment: [Unit] = []
      var held = 0
      for (position, unit) in units.enumerated() {
        segment.append(unit)
        held += size(unit.output)
        guard let cut = cuts[position], held >= share else { continue }
        result += segment.filter { $0.output != cut }
        segment = []
        held = 0
      }
      // The gradients begin with the last segment, so all of it is kept.
      return result
    }
  }
}

extension Operation {
  /// Whether computing it again takes one pass over memory, from inputs that are no larger.
  fileprivate var isCheap: Bool {
    switch self {
    case .batchNormalization, .relu, .sigmoid, .affine, .multiplication, .dropout, .zeroPadding: true
    case .input, .convolution, .linear, .add, .maxPooling, .averagePooling, .globalAveragePooling, .flatten,
      .concatenation:
      false
    }
  }
}

extension Lowering {
  /// The ways in which this program can be lowered, the fastest first.
  var choices: [Recomputation] {
    differentiation.seed == .none
      ? [.nothing] : Recomputation.choices(cuts: fusion.cuts(graph).reduce(0) { $0 + ($1 == nil ? 0 : 1) })
  }
}
