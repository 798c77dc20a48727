import ResNetCore
import ResNetGraph

extension RandomGraph {
  /// g(W₂·g(W₁·a) + shortcut(a)) on vectors, with a branch of 1 to 3 layers.
  mutating func vectorBlock(_ a: Node) throws -> Node {
    let depth = 1 + numbers.integer(below: 3)
    let outputs = chance(2) ? a.shape[0] : channels()
    let normalized = chance(3)
    let a = chance(4) ? try vectorVariation(a) : a
    var z = a
    for index in 0..<depth {
      z = try z.linear(
        name("fc"),
        Linear(outputs: index == depth - 1 ? outputs : channels(), bias: chance(3) ? nil : .uniformByFanIn))
      if normalized { z = try z.batchNormalization(name("bn")) }
      if index < depth - 1 { z = try relu(z, name: name("relu")) }
    }
    let sum = try z + vectorShortcut(a, outputs: outputs)
    return chance(4) ? sum : try relu(sum, name: name("relu"))
  }

  private mutating func vectorShortcut(_ a: Node, outputs: Int) throws -> Node {
    if outputs == a.shape[0], !chance(5) { return a }
    if outputs >= a.shape[0], chance(2) {
      let before = pick([0, (outputs - a.shape[0]) / 2])
      return try a.zeroPadding(
        name("pad"), ZeroPadding(stride: 1, before: before, after: outputs - a.shape[0] - before))
    }
    return try a.linear(name("shortcut"), Linear(outputs: outputs, bias: nil))
  }
}
