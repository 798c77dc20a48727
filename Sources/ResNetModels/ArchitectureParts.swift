import ResNetCore

/// What stands between the input and the first block.
public enum Stem: Hashable, Sendable {
  /// A 3×3 convolution, as for CIFAR's small images.
  case cifar(width: Int)
  /// A 7×7 convolution of stride 2 and 3×3 max pooling of stride 2, as for ImageNet.
  case imageNet(width: Int)
  /// All values as one vector, then a fully connected layer.
  case fullyConnected(width: Int)
  /// Nothing: the first block takes the input itself, as a vector where blocks are fully connected.
  case none
}

/// What the branch of a block consists of.
public enum Block: String, Hashable, Sendable, Codable, CaseIterable {
  /// Two 3×3 convolutions.
  case basic
  /// A 1×1 convolution to the stage's width, a 3×3, and a 1×1 to four times the width.
  case bottleneck
  /// Two fully connected layers, on vectors.
  case fullyConnected = "fully-connected"

  /// Layers with weights in a branch.
  public var layerCount: Int { self == .bottleneck ? 3 : 2 }

  /// Output channels for each channel of the stage's width.
  public var expansion: Int { self == .bottleneck ? 4 : 1 }
}

/// Consecutive blocks of one width.
public struct Stage: Hashable, Sendable {
  /// The number of blocks.
  public var blocks: Int
  /// Channels or features inside the branch; a bottleneck gives four times as many.
  public var width: Int
  /// The stride of the first block; 1 for vectors.
  public var stride: Int

  /// Makes a stage.
  public init(blocks: Int, width: Int, stride: Int = 1) {
    self.blocks = blocks
    self.width = width
    self.stride = stride
  }
}

/// Which layer of a bottleneck takes the stride.
public enum StridePosition: String, Hashable, Sendable, Codable, CaseIterable {
  /// The 3×3, so that no pixel is thrown away unseen (torchvision, "v1.5").
  case threeByThree = "3x3"
  /// The first 1×1, as in the paper and in Keras: a little cheaper.
  case oneByOne = "1x1"
}

/// What follows each convolution and each hidden fully connected layer.
public enum Normalization: String, Hashable, Sendable, Codable, CaseIterable {
  /// Batch normalisation; the layers before it have no biases.
  case batch
  /// Nothing; the layers have biases that begin at 0.
  case none
}
