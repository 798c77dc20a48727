import ResNetGraph

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
