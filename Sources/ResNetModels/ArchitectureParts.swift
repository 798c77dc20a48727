import ResNetCore

/// What stands between the input and the first block.
public enum Stem: Hashable, Sendable {
  /// A 3×3 convolution, as for CIFAR's small images.
  case cifar(width: Int)
  /// A 7×7 convolution of stride 2 and 3×3 max pooling of stride 2, as for ImageNet.
  case imageNet(width: Int)
  /// Three 3×3 convolutions in place of the 7×7, the first two of half the width (He et al., "Bag of tricks", 2019).
  case deep(width: Int)
  /// All values as one vector, then a fully connected layer.
  case fullyConnected(width: Int)
  /// Nothing: the first block takes the input itself, as a vector where blocks are fully connected.
  case none
}

extension Stem {
  /// Layers with weights.
  var layerCount: Int {
    switch self {
    case .none: 0
    case .cifar, .imageNet, .fullyConnected: 1
    case .deep: 3
    }
  }

  /// Whether it ends in max pooling.
  var isPooled: Bool {
    switch self {
    case .imageNet, .deep: true
    case .cifar, .fullyConnected, .none: false
    }
  }
}

/// Consecutive blocks of one width.
public struct Stage: Hashable, Sendable {
  /// The number of blocks.
  public var blocks: Int
  /// What the layers' own widths multiply: channels or features inside the branch, or the growth rate of dense blocks.
  public var width: Int
  /// The stride of the first block; 1 for vectors. Before dense blocks a transition pools instead.
  public var stride: Int
  /// The stage's blocks where they are not `Architecture.block`.
  public var block: Block?

  /// Makes a stage.
  public init(blocks: Int, width: Int, stride: Int = 1, block: Block? = nil) {
    self.blocks = blocks
    self.width = width
    self.stride = stride
    self.block = block
  }
}

/// Which layer of a branch takes the stride.
public enum StridePosition: String, Hashable, Sendable, Codable, CaseIterable {
  /// The first that is 3×3 or larger, so that no pixel is thrown away unseen (torchvision, "v1.5").
  case threeByThree = "3x3"
  /// The first, a bottleneck's 1×1, as in the paper and in Keras: a little cheaper.
  case oneByOne = "1x1"
}

/// What follows each convolution and each hidden fully connected layer.
public enum Normalization: String, Hashable, Sendable, Codable, CaseIterable {
  /// Batch normalisation; the layers before it have no biases.
  case batch
  /// Nothing; the layers have biases that begin at 0.
  case none
}

/// What is done to what a shortcut carries: the ablations of He et al., "Identity mappings in deep residual networks",
/// 2016, fig. 2 and table 1, where each but the first trains worse.
public enum Carry: String, Hashable, Sendable, Codable, CaseIterable {
  /// Nothing.
  case whole
  /// The shortcut is halved.
  case half
  /// Shortcut and branch are halved.
  case halves
  /// The branch times g and the shortcut times 1 − g, where g = σ(W_g·a + b_g) by a 1×1 convolution, b_g from −6 on.
  case exclusiveGate = "exclusive-gate"
  /// The shortcut alone times 1 − g.
  case shortcutGate = "shortcut-gate"
  /// Half of the shortcut's values are left out while training.
  case dropout
}
