import ResNetCore
import ResNetGraph

extension Architecture {
  /// The network as layers, under torchvision's names.
  ///
  /// - Parameters:
  ///   - classes: the number of logits.
  ///   - input: the shape of one sample, `[channels, height, width]` or `[features]`; the network's usual one if `nil`.
  /// - Throws: `ResNetError` of code `usage` where the parts do not fit together or do not take such an input.
  public func graph(classes: Int, input: Shape? = nil) throws -> Graph {
    try validate()
    try validate(classes: classes, input: input ?? self.input)
    let builder = GraphBuilder()
    let units = UnitBuilder(builder: builder, architecture: self)
    var a = try stem(builder.input(input ?? self.input), units)
    for (index, stage) in stages.enumerated() { a = try self.stage(index, stage, a, units) }
    let features = a.shape.rank == 3 ? try a.globalAveragePooling("avgpool") : a
    let classifier = Linear(
      outputs: classes, weight: initialization.classifierWeight, bias: initialization.classifierBias)
    let graph = builder.graph(output: try features.linear(units.names.classifier, classifier))
    try validate(graph)
    return graph
  }

  private func stage(_ index: Int, _ stage: Stage, _ a: Node, _ units: UnitBuilder) throws -> Node {
    let block = block(of: stage)
    var a = a
    if block.isDense, stage.stride > 1 {
      a = try units.builder.scoped(units.names.transition(before: index + 1)) {
        try units.transition(a, to: block, stride: stage.stride)
      }
    }
    for number in 0..<stage.blocks {
      let isFirst = index == 0 && number == 0 && stem != .none
      a = try units.builder.scoped(units.names.block(stage: index + 1, number)) {
        try units.unit(
          block, a, width: stage.width, stride: number == 0 && !block.isDense ? stage.stride : 1, isFirst: isFirst,
          survival: survival(ofBlock: stages.prefix(index).reduce(number) { $0 + $1.blocks }))
      }
    }
    let next = index + 1 < stages.count ? self.block(of: stages[index + 1]).order : nil
    guard block.order.isPreactivated, next != block.order else { return a }
    let names = units.names.closing(stage: index + 1)
    let normalized = block.order == .preactivation ? try units.layers.normalized(a, names.normalization) : a
    return try relu(normalized, name: names.relu)
  }

  /// How likely a block's branch is used in a training step: 1 before the first, falling by the same amount from block to
  /// block (Huang et al., "Deep networks with stochastic depth", 2016).
  private func survival(ofBlock index: Int) -> Double {
    let blocks = stages.reduce(0) { $0 + $1.blocks }
    return 1 - Double(index + 1) / Double(blocks) * (1 - survival)
  }

  private func stem(_ x: Node, _ units: UnitBuilder) throws -> Node {
    let (layers, names) = (units.layers, units.names)
    let first = block(of: stages[0])
    // Blocks that begin with the normalisation and the ReLU of what they are given leave nothing of it to the stem; a
    // DenseNet's pooling has its own in front, as in torchvision.
    let order = first.isDense && stem.isPooled ? .original : first.order
    func finished(_ z: Node) throws -> Node {
      let normalized = order == .preactivation ? z : try layers.normalized(z, names.stemNormalization)
      return order.isPreactivated ? normalized : try relu(normalized, name: names.stemReLU)
    }
    func pooled(_ a: Node) throws -> Node {
      try a.maxPooling(names.stemPooling, Pooling(kernel: 3, stride: 2, padding: 1))
    }
    switch stem {
    case .cifar(let width):
      return try finished(layers.convolution(x, names.stemConvolution, outputs: width, kernel: 3))
    case .imageNet(let width):
      return try pooled(finished(layers.convolution(x, names.stemConvolution, outputs: width, kernel: 7, stride: 2)))
    case .deep(let width):
      return try pooled(finished(deepStem(x, units, width: width)))
    case .fullyConnected(let width):
      return try finished(layers.linear(vector(x), "linear1", outputs: width))
    case .none:
      return first.takesVectors ? try vector(x) : x
    }
  }

  /// Three convolutions under timm's names.
  private func deepStem(_ x: Node, _ units: UnitBuilder, width: Int) throws -> Node {
    let layers = units.layers
    return try units.builder.scoped(units.names.stemConvolution) {
      var a = x
      for (number, stride) in [(0, 2), (3, 1)] {
        let z = try layers.convolution(a, "\(number)", outputs: max(width / 2, 1), kernel: 3, stride: stride)
        a = try relu(layers.normalized(z, "\(number + 1)"), name: "\(number + 2)")
      }
      return try layers.convolution(a, "6", outputs: width, kernel: 3)
    }
  }

  private func vector(_ x: Node) throws -> Node {
    x.shape.rank == 1 ? x : try x.flatten("flatten")
  }
}
