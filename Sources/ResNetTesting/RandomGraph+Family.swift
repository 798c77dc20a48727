import ResNetCore
import ResNetGraph

/// The pieces that the rest of the family adds: dense connections, gates, squeeze-and-excitation, dropout.
extension RandomGraph {
  /// concatenate([a, z]) again and again, perhaps with a transition behind it (Huang et al., 2017).
  mutating func denseChain(_ a: Node) throws -> Node {
    guard a.shape[0] <= 32 else { return try unit(a, outputs: channels(), kernel: 1, stride: 1) }
    let growth = pick([1, 2, 3, 4, 8])
    let isNarrow = chance(2)
    var a = a
    for _ in 0..<(1 + numbers.integer(below: 4)) {
      var z = try relu(normalize(a), name: name("relu"))
      if isNarrow {
        z = try convolution(z, outputs: 2 * growth, kernel: 1, stride: 1, keepsSize: true)
        z = try relu(normalize(z), name: name("relu"))
      }
      z = try convolution(z, outputs: growth, kernel: 3, stride: 1, keepsSize: true)
      if chance(4) { z = try dropout(z) }
      a = try concatenate(chance(5) ? [z, a] : [a, z])
    }
    guard chance(2) else { return a }
    let z = try relu(normalize(a), name: name("relu"))
    let outputs = max(1, a.shape[0] / 2)
    return try averagePooling(convolution(z, outputs: outputs, kernel: 1, stride: 1, keepsSize: true))
  }

  /// Outputs that stand in several concatenations at different places, twice in one, or beside the input itself.
  mutating func parallelBranches(_ a: Node) throws -> Node {
    let width = pick([1, 3, 5, 8, 16])
    var y = try convolution(a, outputs: width, kernel: 1, stride: 1, keepsSize: true)
    if chance(2) { y = try relu(normalize(y), name: name("relu")) }
    let z = try convolution(a, outputs: channels(), kernel: 3, stride: 1, keepsSize: true)
    switch numbers.integer(below: 5) {
    case 0: return try concatenate([a, y, z])
    case 1: return try concatenate([y, z, y])
    case 2: return try concatenate([relu(z, name: name("relu")), z])
    case 3: return try concatenate([concatenate([z, y]), concatenate([y, z])])
    default:
      let sum = try convolution(concatenate([y, a]), outputs: width, kernel: 1, stride: 1, keepsSize: true) + y
      return try concatenate([sum, z])
    }
  }

  /// A block whose branch or shortcut is scaled, gated or left out at random (He et al., 2016, section 3.1).
  mutating func gatedBlock(_ a: Node) throws -> Node {
    let z = try normalize(convolution(a, outputs: a.shape[0], kernel: 3, stride: 1, keepsSize: true))
    if chance(3) { return try join(z.affine(scale: pick([0.5, 1, -0.25])), a.affine(scale: 0.5)) }
    if chance(3) { return try join(z, dropout(a)) }
    let gate = try convolution(a, outputs: a.shape[0], kernel: 1, stride: 1, keepsSize: true).sigmoid()
    switch numbers.integer(below: 3) {
    case 0: return try join(z * gate, a * gate.affine(scale: -1, offset: 1))
    case 1: return try join(z, a * gate.affine(scale: -1, offset: 1))
    default: return try join(gate * gate, a)
    }
  }

  /// A block whose branch's channels are weighed by what they all hold (Hu et al., 2018).
  mutating func squeezeBlock(_ a: Node) throws -> Node {
    let stride = smallEnough(a) ? 1 : pick([1, 2])
    let outputs = chance(2) ? a.shape[0] : channels()
    var z = try unit(a, outputs: outputs, kernel: 1, stride: 1)
    guard z.shape[1] == a.shape[1], z.shape[2] == a.shape[2] else { return z }
    z = try normalize(convolution(z, outputs: outputs, kernel: 3, stride: stride, keepsSize: true))
    var weights = try z.globalAveragePooling()
    if !chance(4) { weights = try relu(weights.linear(name("fc"), Linear(outputs: max(1, outputs / 4)))) }
    weights = try weights.linear(name("fc"), Linear(outputs: outputs)).sigmoid()
    return try join(z * weights, shortcut(a, outputs: outputs, stride: stride))
  }

  /// A pooling window that fits, or the input itself where it is too small.
  mutating func averagePooling(_ a: Node) throws -> Node {
    let (kernel, stride, padding) = pick([(2, 2, 0), (2, 2, 0), (3, 2, 1), (3, 1, 1), (3, 3, 0), (2, 3, 1)])
    guard min(a.shape[1], a.shape[2]) >= 4 else { return a }
    return try a.averagePooling(
      name("pool"), Pooling(kernel: kernel, stride: stride, padding: padding, roundsUp: chance(2)))
  }

  /// Dropout of values, or of samples where a branch may be left out as a whole.
  mutating func dropout(_ a: Node, unit: Dropout.Unit = .value) throws -> Node {
    try a.dropout(name("dropout"), Dropout(rate: pick([0, 0.2, 0.5]), unit: unit))
  }

  /// Gates, dense connections and dropout on vectors.
  mutating func vectorVariation(_ a: Node) throws -> Node {
    switch numbers.integer(below: 4) {
    case 0: return try dropout(a)
    case 1: return try a * a.linear(name("fc"), Linear(outputs: a.shape[0])).sigmoid()
    case 2: return try concatenate([a, relu(a.linear(name("fc"), Linear(outputs: channels())), name: name("relu"))])
    default: return try a.affine(scale: 0.5, offset: 0.25)
    }
  }
}
