import ResNetCore
import ResNetGraph

/// Makes blocks out of their descriptions.
struct UnitBuilder {
  let builder: GraphBuilder
  let architecture: Architecture
  let names: LayerNames
  let layers: WeightedLayers

  init(builder: GraphBuilder, architecture: Architecture) {
    self.builder = builder
    self.architecture = architecture
    names = LayerNames(architecture)
    layers = WeightedLayers(normalization: architecture.normalization, initialization: architecture.initialization)
  }

  /// One block.
  ///
  /// - Parameters:
  ///   - isFirst: whether it is the network's first, after a stem.
  ///   - survival: how likely its branch is used in a training step.
  func unit(
    _ block: Block, _ a: Node, width: Int, stride: Int, isFirst: Bool = false, survival: Double = 1
  ) throws -> Node {
    guard !block.isDense else {
      let given = stride == 1 ? a : try builder.scoped("transition") { try transition(a, to: block, stride: stride) }
      return try dense(given) { try branch(block, $0, width: width, stride: 1, isActivated: false) }
    }
    let outputs = block.outputs(inputs: a.shape[0], width: width)
    let isIdentity = architecture.shortcut.isIdentity(inputs: a.shape[0], outputs: outputs, stride: stride)
    // What a shortcut changes anyway it takes activated, and so does everything in the first block: one activation for
    // branch and shortcut ("common BN, ReLU" in the authors' code; appendix of He et al. 2016).
    let isShared = block.order.isPreactivated && (isFirst || !isIdentity) && block.branch.first?.isBlock == false
    let a = isShared ? try activated(a, block.order, number: 1) : a
    let carry = try carrying(a, outputs: outputs, stride: stride)
    return try residual(
      a,
      branch: {
        let z = try branch(block, $0, width: width, stride: stride, isActivated: isShared)
        return try surviving(carry.branch(z), survival)
      },
      shortcut: { try shortcut($0, block.order, outputs: outputs, stride: stride).map(carry.shortcut) },
      after: { sum in
        switch block.order {
        case .original: try relu(sum)
        case .normalizationAfterAddition:
          try relu(layers.normalized(sum, names.normalization(block.branch.count)))
        case .reluBeforeAddition, .reluOnlyPreactivation, .preactivation: sum
        }
      })
  }

  /// What stands before a stage of dense blocks: fewer channels by a 1×1 convolution, and fewer pixels by their mean.
  func transition(_ a: Node, to block: Block, stride: Int) throws -> Node {
    guard case .dense(let compression) = block.connection else { return a }
    let activated = try relu(layers.normalized(a, "norm"))
    let outputs = max(Int(Double(a.shape[0]) * compression), 1)
    return try layers.convolution(activated, "conv", outputs: outputs, kernel: 1)
      .averagePooling("pool", .mean(of: a.shape, stride: stride, roundsUp: false))
  }

  /// W_s·a.
  private func shortcut(_ a: Node, _ order: UnitOrder, outputs: Int, stride: Int) throws -> Node? {
    try architecture.shortcut(a, outputs: outputs, stride: stride) { a, stride, number in
      let name = "downsample.\(number)"
      let projected =
        a.shape.rank == 1
        ? try layers.linear(a, name, outputs: outputs)
        : try layers.convolution(a, name, outputs: outputs, kernel: 1, stride: stride)
      return order == .preactivation ? projected : try layers.normalized(projected, "downsample.\(number + 1)")
    }
  }

  /// In training, nothing for some samples.
  private func surviving(_ z: Node, _ survival: Double) throws -> Node {
    survival == 1 ? z : try z.dropout("survival", Dropout(rate: Float(1 - survival), unit: .sample))
  }

  /// What is done to the branch and to the shortcut before they are added.
  private func carrying(
    _ a: Node, outputs: Int, stride: Int
  ) throws -> (branch: (Node) throws -> Node, shortcut: (Node) throws -> Node) {
    func gate() throws -> (g: Node, rest: Node) {
      let g = try layers.biased(a, "gate", outputs: outputs, stride: stride, bias: -6).sigmoid()
      return (g, try g.affine(scale: -1, offset: 1))
    }
    switch architecture.carry {
    case .whole: return ({ $0 }, { $0 })
    case .half: return ({ $0 }, { try $0.affine(scale: 0.5) })
    case .halves: return ({ try $0.affine(scale: 0.5) }, { try $0.affine(scale: 0.5) })
    case .exclusiveGate:
      let (g, rest) = try gate()
      return ({ try $0 * g }, { try $0 * rest })
    case .shortcutGate:
      let (_, rest) = try gate()
      return ({ $0 }, { try $0 * rest })
    case .dropout: return ({ $0 }, { try $0.dropout(nil, Dropout(rate: 0.5)) })
    }
  }
}
