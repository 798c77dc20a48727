import ResNetCore

extension Graph {
  /// An addition that a network is to have besides its own.
  package struct NewAddition {
    /// What it is called.
    package var name: String
    /// The position of the layer whose output it takes first; whatever took that now takes the sum.
    package var branch: Int
    /// The position of an earlier layer, whose output it takes second.
    package var shortcut: Int

    /// Makes an addition.
    package init(name: String, branch: Int, shortcut: Int) {
      self.name = name
      self.branch = branch
      self.shortcut = shortcut
    }
  }

  /// The same network with more additions, at most one behind each layer; gates decide what becomes of them.
  ///
  /// - Throws: `ResNetError` of code `usage` with both shapes where they differ.
  package func inserting(_ additions: [NewAddition]) throws -> Graph {
    let byBranch = Dictionary(additions.map { ($0.branch, $0) }, uniquingKeysWith: { first, _ in first })
    var moved: [Int] = []
    var made: [Layer] = []
    for (position, layer) in layers.enumerated() {
      made.append(layer.taking(inputs: layer.inputs.map { moved[$0] }))
      if let addition = byBranch[position] {
        let inputs = [made.count - 1, moved[addition.shortcut]]
        made.append(
          try Layer(
            name: addition.name, operation: .add, inputs: inputs, inputShapes: inputs.map { made[$0].shape }))
      }
      moved.append(made.count - 1)
    }
    return Graph(layers: made, output: moved[output])
  }
}
