import ResNetCore
import ResNetGraph

/// Makes the layers that have weights, all begun and normalised in one way.
struct WeightedLayers {
  let normalization: Normalization
  let initialization: Initialization

  /// W ∗ a, or W ∗ a + b without normalisation.
  func convolution(
    _ a: Node, _ name: String, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, isZero: Bool = false
  ) throws -> Node {
    try a.convolution(
      name,
      Convolution(
        outputs: outputs, kernel: kernel, stride: stride, groups: groups, weight: weight(isZero), bias: bias))
  }

  /// W·a, or W·a + b without normalisation.
  func linear(_ a: Node, _ name: String, outputs: Int, isZero: Bool = false) throws -> Node {
    try a.linear(name, Linear(outputs: outputs, weight: weight(isZero), bias: bias))
  }

  /// W·a + b, where W is a 1×1 convolution for images, for what has a bias of its own.
  func biased(_ a: Node, _ name: String, outputs: Int, stride: Int = 1, bias: Float) throws -> Node {
    a.shape.rank == 1
      ? try a.linear(name, Linear(outputs: outputs, weight: weight(false), bias: .constant(bias)))
      : try a.convolution(
        name,
        Convolution(outputs: outputs, kernel: 1, stride: stride, weight: weight(false), bias: .constant(bias)))
  }

  /// BN(z), or z without normalisation.
  func normalized(_ z: Node, _ name: String, isZero: Bool = false) throws -> Node {
    switch normalization {
    case .batch: try z.batchNormalization(name, BatchNormalization(scale: .constant(isZero ? 0 : 1)))
    case .none: z
    }
  }

  // A bias before batch normalisation would be subtracted again with the mean.
  private var bias: Initializer? { normalization == .batch ? nil : .constant(0) }

  private func weight(_ isZero: Bool) -> Initializer { isZero ? .constant(0) : initialization.weight }
}
