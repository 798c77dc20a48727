import ResNetGraph

extension Lowering {
  /// The ways in which this program can be lowered, the fastest first.
  var choices: [Recomputation] {
    differentiation.seed == .none
      ? [.nothing] : Recomputation.choices(cuts: fusion.cuts(graph).reduce(0) { $0 + ($1 == nil ? 0 : 1) })
  }

  /// Computes what was not kept from what was, when a gradient first asks for it; the later ones share it.
  func computeAgain(_ layer: Int) {
    guard let unit = forgotten.removeValue(forKey: layer) else { return }
    recomputedLayers += 1
    do { try forward(unit) } catch { failure = failure ?? error }
  }

  /// Lets go of outputs, so that the memory of each ends with its last use in the forward pass.
  func forget(_ units: [Unit]) {
    let units = units.filter { $0.output != graph.output && !differentiation.pinned.contains($0.output) }
    let positions = Set(units.map(\.output))
    // Joint memory stays where one of those who share it needs it.
    let keptOwners = Set(joint.places.filter { !positions.contains($0.key) }.map(\.value.owner))
    for unit in units {
      outputs[unit.output] = nil
      if let owner = joint.places[unit.output]?.owner {
        if keptOwners.contains(owner) { continue }
        jointOutputs[owner] = nil
      }
      forgotten[unit.output] = unit
    }
  }
}
