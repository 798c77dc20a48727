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
    var a = try stem(builder.input(input ?? self.input))
    for (stageIndex, stage) in stages.enumerated() {
      for blockIndex in 0..<stage.blocks {
        let stride = blockIndex == 0 ? stage.stride : 1
        a = try builder.scoped("layer\(stageIndex + 1).\(blockIndex)") {
          try residual(
            a,
            branch: { try branch($0, width: stage.width, stride: stride) },
            shortcut: { try shortcut($0, width: stage.width, stride: stride) })
        }
      }
    }
    let features = a.shape.rank == 3 ? try a.globalAveragePooling("avgpool") : a
    let classifier = Linear(
      outputs: classes, weight: initialization.classifierWeight, bias: initialization.classifierBias)
    let graph = builder.graph(output: try features.linear("fc", classifier))
    try validate(parameterCount: graph.parameterCount)
    return graph
  }

  private var layers: WeightedLayers {
    WeightedLayers(normalization: normalization, initialization: initialization)
  }

  private func stem(_ x: Node) throws -> Node {
    switch stem {
    case .cifar(let width):
      return try relu(layers.convolution(x, "conv1", "bn1", outputs: width, kernel: 3))
    case .imageNet(let width):
      let a = try relu(layers.convolution(x, "conv1", "bn1", outputs: width, kernel: 7, stride: 2))
      return try a.maxPooling("maxpool", Pooling(kernel: 3, stride: 2, padding: 1))
    case .fullyConnected(let width):
      return try relu(layers.linear(vector(x), "linear1", "bn1", outputs: width))
    case .none:
      return block == .fullyConnected ? try vector(x) : x
    }
  }

  private func vector(_ x: Node) throws -> Node {
    x.shape.rank == 1 ? x : try x.flatten("flatten")
  }

  /// z[l+2] as a function of a[l].
  private func branch(_ a: Node, width: Int, stride: Int) throws -> Node {
    let last = Initializer.constant(zeroLastScale ? 0 : 1)
    switch block {
    case .basic:
      let a1 = try relu(layers.convolution(a, "conv1", "bn1", outputs: width, kernel: 3, stride: stride))
      return try layers.convolution(a1, "conv2", "bn2", outputs: width, kernel: 3, scale: last)
    case .bottleneck:
      let strides = strideIn == .oneByOne ? (stride, 1) : (1, stride)
      let a1 = try relu(layers.convolution(a, "conv1", "bn1", outputs: width, kernel: 1, stride: strides.0))
      let a2 = try relu(layers.convolution(a1, "conv2", "bn2", outputs: width, kernel: 3, stride: strides.1))
      return try layers.convolution(a2, "conv3", "bn3", outputs: width * block.expansion, kernel: 1, scale: last)
    case .fullyConnected:
      let a1 = try relu(layers.linear(a, "linear1", "bn1", outputs: width))
      return try layers.linear(a1, "linear2", "bn2", outputs: width, scale: last)
    }
  }

  /// W_s·a[l].
  private func shortcut(_ a: Node, width: Int, stride: Int) throws -> Node? {
    let outputs = width * block.expansion
    return try shortcut(a, outputs: outputs, stride: stride) { a in
      switch block {
      case .basic, .bottleneck:
        try layers.convolution(a, "downsample.0", "downsample.1", outputs: outputs, kernel: 1, stride: stride)
      case .fullyConnected:
        try layers.linear(a, "downsample.0", "downsample.1", outputs: outputs)
      }
    }
  }
}
