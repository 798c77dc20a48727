import ResNetCore
import ResNetGraph

extension RandomGraph {
  /// One piece of an image network.
  mutating func segment(_ a: Node) throws -> Node {
    switch numbers.integer(below: 20) {
    case 0...3: try basicBlock(a)
    case 4, 5: try bottleneck(a)
    case 6, 7: try preActivationBlock(a)
    case 8: try unit(a, outputs: channels(), kernel: pick([1, 3, 5]), stride: pick([1, 2]))
    case 9: try maxPooling(a)
    case 10: try threeConsumers(a)
    case 11: try averagePooling(a)
    case 12, 13, 14: try denseChain(a)
    case 15: try parallelBranches(a)
    case 16: try gatedBlock(a)
    case 17, 18: try squeezeBlock(a)
    default: try beforeAndAfterReLU(a)
    }
  }

  /// A convolution, normalised or with biases, in one of the orders of ReLU and normalisation.
  mutating func unit(_ a: Node, outputs: Int, kernel: Int, stride: Int) throws -> Node {
    let z = try convolution(a, outputs: outputs, kernel: kernel, stride: stride)
    switch numbers.integer(below: 6) {
    case 0: return try normalize(relu(z, name: name("relu")))
    case 1: return try normalize(z)
    default: return try relu(normalize(z), name: name("relu"))
    }
  }

  /// g(branch(a) + shortcut(a)) with a branch of 1 to 5 convolutions.
  private mutating func basicBlock(_ a: Node) throws -> Node {
    let depth = 1 + numbers.integer(below: 5)
    let stride = smallEnough(a) ? 1 : pick([1, 1, 2])
    let outputs = chance(2) ? a.shape[0] : channels()
    var z = a
    for index in 0..<depth {
      z = try convolution(
        z, outputs: index == depth - 1 ? outputs : channels(), kernel: pick([1, 3, 3, 5]),
        stride: index == 0 ? stride : 1, keepsSize: true)
      z = try normalize(z)
      if index < depth - 1 { z = try relu(z, name: name("relu")) }
      if index < depth - 1, chance(10) { z = try dropout(z) }
    }
    return try join(z, shortcut(a, outputs: outputs, stride: stride))
  }

  private mutating func bottleneck(_ a: Node) throws -> Node {
    let stride = smallEnough(a) ? 1 : pick([1, 2])
    let outputs = chance(2) ? a.shape[0] : channels()
    let width = pick([1, 2, 3, 4, 8])
    let inFirst = chance(2)
    var z = try relu(
      normalize(convolution(a, outputs: width, kernel: 1, stride: inFirst ? stride : 1, keepsSize: true)),
      name: name("relu"))
    z = try relu(
      normalize(convolution(z, outputs: width, kernel: 3, stride: inFirst ? 1 : stride, keepsSize: true)),
      name: name("relu"))
    z = try normalize(convolution(z, outputs: outputs, kernel: 1, stride: 1, keepsSize: true))
    return try join(z, shortcut(a, outputs: outputs, stride: stride))
  }

  /// a + convolution(g(normalised a)), nothing after the addition (He et al., 2016).
  private mutating func preActivationBlock(_ a: Node) throws -> Node {
    let stride = smallEnough(a) ? 1 : pick([1, 1, 2])
    let outputs = chance(3) ? channels() : a.shape[0]
    var z = try relu(normalize(a), name: name("relu"))
    // As in the paper, where the size changes the shortcut may leave from the activation.
    let from = chance(2) ? a : z
    z = try convolution(z, outputs: channels(), kernel: 3, stride: stride, keepsSize: true)
    z = try relu(normalize(z), name: name("relu"))
    z = try convolution(z, outputs: outputs, kernel: pick([1, 3]), stride: 1, keepsSize: true)
    return try z + shortcut(from, outputs: outputs, stride: stride)
  }

  /// Two branches and an identity from one output.
  private mutating func threeConsumers(_ a: Node) throws -> Node {
    let first = try normalize(convolution(a, outputs: a.shape[0], kernel: 3, stride: 1, keepsSize: true))
    let second = try convolution(a, outputs: a.shape[0], kernel: pick([1, 5]), stride: 1, keepsSize: true)
    let sum = try first + second
    return try join(chance(2) ? relu(sum, name: name("relu")) : sum, a)
  }

  /// Outputs that are taken both before and after what could be fused into them.
  private mutating func beforeAndAfterReLU(_ a: Node) throws -> Node {
    let z = try convolution(a, outputs: channels(), kernel: 3, stride: 1, keepsSize: true)
    switch numbers.integer(below: 3) {
    case 0: return try relu(z, name: name("relu")) + z
    case 1: return try relu(normalize(z) + z, name: name("relu"))
    default: return try z + z
    }
  }

  /// A pooling window that fits, or the input itself where it is too small.
  mutating func maxPooling(_ a: Node) throws -> Node {
    let (kernel, stride, padding) = pick([(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 0), (3, 3, 0), (2, 2, 1)])
    guard min(a.shape[1], a.shape[2]) >= 4 else { return a }
    return try a.maxPooling(name("maxpool"), Pooling(kernel: kernel, stride: stride, padding: padding))
  }

  mutating func convolution(
    _ a: Node, outputs: Int, kernel: Int, stride: Int, keepsSize: Bool = false
  ) throws -> Node {
    let small = smallEnough(a)
    // Even kernels and paddings that change the size, where nothing has to match it.
    let kernel = !keepsSize && !small && chance(6) ? pick([2, 4]) : kernel
    let least = max(0, (kernel - min(a.shape[1], a.shape[2]) + 1) / 2)
    let padding =
      keepsSize || small ? kernel / 2 : max(least, pick([kernel / 2, kernel / 2, kernel / 2, kernel - 1, 0]))
    return try a.convolution(
      name("conv"),
      Convolution(
        outputs: outputs, kernel: kernel, stride: small ? 1 : stride, padding: padding,
        groups: groups(a.shape[0], outputs), bias: chance(3) ? .constant(0) : nil))
  }

  /// Mostly one group, otherwise any number that divides both.
  private mutating func groups(_ inputs: Int, _ outputs: Int) -> Int {
    chance(4) ? pick((1...min(inputs, outputs)).filter { inputs % $0 == 0 && outputs % $0 == 0 }) : 1
  }

  /// Batch normalisation mostly; left out where it would have too few values or by chance.
  mutating func normalize(_ z: Node) throws -> Node {
    guard z.shape.rank == 1 || z.shape[1] * z.shape[2] >= 4, !chance(5) else { return z }
    return try z.batchNormalization(name("bn"), BatchNormalization(momentum: pick([0.1, 0.1, 0.25])))
  }

  mutating func shortcut(_ a: Node, outputs: Int, stride: Int) throws -> Node {
    if outputs == a.shape[0], stride == 1, !chance(5) { return a }
    if outputs >= a.shape[0], chance(2) {
      let before = pick([0, (outputs - a.shape[0]) / 2, outputs - a.shape[0]])
      return try a.zeroPadding(
        name("pad"), ZeroPadding(stride: stride, before: before, after: outputs - a.shape[0] - before))
    }
    // As in ResNet-D, the mean of the pixels that the stride would throw away.
    if stride == 2, chance(3) {
      let pooled = try a.averagePooling(name("pool"), Pooling(kernel: 2, stride: 2, padding: 0, roundsUp: true))
      return try normalize(
        pooled.convolution(name("downsample"), Convolution(outputs: outputs, kernel: 1, padding: 0)))
    }
    return try normalize(
      a.convolution(name("downsample"), Convolution(outputs: outputs, kernel: 1, stride: stride, padding: 0)))
  }

  /// The addition, the branch mostly first, with or without ReLU after it.
  mutating func join(_ branch: Node, _ shortcut: Node) throws -> Node {
    // Stochastic depth leaves the branch of some samples out.
    let branch = chance(8) ? try dropout(branch, unit: .sample) : branch
    let sum = chance(6) ? try shortcut + branch : try branch + shortcut
    return chance(4) ? sum : try relu(sum, name: name("relu"))
  }

  func smallEnough(_ a: Node) -> Bool { min(a.shape[1], a.shape[2]) < 4 }
}
