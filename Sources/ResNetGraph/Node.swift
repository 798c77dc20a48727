import ResNetCore

/// The output of a layer while a graph is being built: what the equations call a or z.
///
/// Every method appends a layer and throws `ResNetError` of code `usage` where the shapes do not allow it.
public struct Node {
  let builder: GraphBuilder
  let index: Int
  /// The shape of one sample.
  public let shape: Shape

  /// W ∗ a + b.
  public func convolution(_ name: String, _ layer: Convolution) throws -> Node {
    try builder.append(name, .convolution(layer), [self])
  }

  /// W·a + b.
  public func linear(_ name: String, _ layer: Linear) throws -> Node {
    try builder.append(name, .linear(layer), [self])
  }

  /// Batch normalisation.
  public func batchNormalization(_ name: String, _ layer: BatchNormalization = .init()) throws -> Node {
    try builder.append(name, .batchNormalization(layer), [self])
  }

  /// Every `stride`-th pixel, with channels of zeros around.
  public func zeroPadding(_ name: String? = nil, _ layer: ZeroPadding) throws -> Node {
    try builder.append(name ?? builder.freeName("pad"), .zeroPadding(layer), [self])
  }

  /// The greatest value of each window.
  public func maxPooling(_ name: String? = nil, _ layer: Pooling) throws -> Node {
    try builder.append(name ?? builder.freeName("maxpool"), .maxPooling(layer), [self])
  }

  /// The mean over all pixels, a vector of channels.
  public func globalAveragePooling(_ name: String? = nil) throws -> Node {
    try builder.append(name ?? builder.freeName("avgpool"), .globalAveragePooling, [self])
  }

  /// All values as one vector.
  public func flatten(_ name: String? = nil) throws -> Node {
    try builder.append(name ?? builder.freeName("flatten"), .flatten, [self])
  }
}

/// max(z, 0).
public func relu(_ z: Node, name: String? = nil) throws -> Node {
  try z.builder.append(name ?? z.builder.freeName("relu"), .relu, [z])
}

/// branch + shortcut.
///
/// - Throws: `ResNetError` of code `usage` with both shapes where they differ.
public func + (branch: Node, shortcut: Node) throws -> Node {
  try branch.builder.append(branch.builder.freeName("add"), .add, [branch, shortcut])
}
