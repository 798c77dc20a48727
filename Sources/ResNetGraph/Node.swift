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

  /// The mean of each window.
  public func averagePooling(_ name: String? = nil, _ layer: Pooling) throws -> Node {
    try builder.append(name ?? builder.freeName("avgpool"), .averagePooling(layer), [self])
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

extension Node {
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid(_ name: String? = nil) throws -> Node {
    try builder.append(name ?? builder.freeName("sigmoid"), .sigmoid, [self])
  }

  /// scale · x + offset.
  public func affine(_ name: String? = nil, scale: Float, offset: Float = 0) throws -> Node {
    try builder.append(name ?? builder.freeName("affine"), .affine(scale: scale, offset: offset), [self])
  }

  /// Leaves values or samples out while the network trains.
  public func dropout(_ name: String? = nil, _ layer: Dropout) throws -> Node {
    try builder.append(name ?? builder.freeName("dropout"), .dropout(layer), [self])
  }
}

/// The channels of all nodes, one after another.
///
/// - Throws: `ResNetError` of code `usage` with the shapes where heights or widths differ.
public func concatenate(_ nodes: [Node], name: String? = nil) throws -> Node {
  precondition(!nodes.isEmpty, "nothing to join")
  let builder = nodes[0].builder
  return try builder.append(name ?? builder.freeName("concat"), .concatenation, nodes)
}

/// x · factor, where the factor has x's shape or is a vector with a value for each of x's channels.
///
/// - Throws: `ResNetError` of code `usage` with both shapes where they do not fit.
public func * (x: Node, factor: Node) throws -> Node {
  try x.builder.append(x.builder.freeName("multiply"), .multiplication, [x, factor])
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
