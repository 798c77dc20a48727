import ResNetGraph

/// Makes the layers that have weights, all begun and normalised in one way.
struct WeightedLayers {
  let normalization: Normalization
  let initialization: Initialization

  /// BN(W ∗ a), or W ∗ a + b without normalisation.
  func convolution(
    _ a: Node, _ name: String, _ normalizationName: String, outputs: Int, kernel: Int, stride: Int = 1,
    scale: Initializer = .constant(1)
  ) throws -> Node {
    let layer = Convolution(
      outputs: outputs, kernel: kernel, stride: stride, weight: initialization.weight, bias: bias)
    return try normalized(a.convolution(name, layer), normalizationName, scale)
  }

  /// BN(W·a), or W·a + b without normalisation.
  func linear(
    _ a: Node, _ name: String, _ normalizationName: String, outputs: Int, scale: Initializer = .constant(1)
  ) throws -> Node {
    let layer = Linear(outputs: outputs, weight: initialization.weight, bias: bias)
    return try normalized(a.linear(name, layer), normalizationName, scale)
  }

  // A bias before batch normalisation would be subtracted again with the mean.
  private var bias: Initializer? { normalization == .batch ? nil : .constant(0) }

  private func normalized(_ z: Node, _ name: String, _ scale: Initializer) throws -> Node {
    switch normalization {
    case .batch: try z.batchNormalization(name, BatchNormalization(scale: scale))
    case .none: z
    }
  }
}
