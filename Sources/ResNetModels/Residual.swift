import ResNetGraph

/// One residual block: a[l+2] = g(z[l+2] + W_s·a[l]).
///
/// The branch computes z[l+2], what the block adds to what it was given; the shortcut carries a[l] around it. Where
/// sizes agree W_s is the identity (`{ $0 }`); elsewhere it is zero-padding or a projection. A block whose branch gives
/// zero returns g(a[l]), which is a[l] itself after a ReLU: learning "do nothing" is easy. A plain block is the same
/// block without a shortcut, a[l+2] = g(z[l+2]).
///
/// He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015.
///
/// - Parameters:
///   - a: a[l], an image `[channels, height, width]` or a vector `[features]`.
///   - branch: z[l+2] as a function of a[l]: any number of layers, without the last nonlinearity.
///   - shortcut: W_s·a[l] as a function of a[l], or `nil` in a plain network; a[l] itself unless another is given.
///   - g: what follows the sum: ReLU, or nothing (`{ $0 }`) where the branch activates what it is given ("Identity
///     mappings in deep residual networks", 2016).
/// - Throws: `ResNetError` of code `usage` with both shapes where branch and shortcut differ.
public func residual(
  _ a: Node, branch: (Node) throws -> Node, shortcut: (Node) throws -> Node? = { $0 },
  after g: (Node) throws -> Node = { try relu($0) }
) throws -> Node {
  try g(branch(a) + shortcut(a))
}

/// One dense block's layer: the channels that it was given, and after them those that its branch makes of all of them.
///
/// Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional networks", 2017.
///
/// - Parameters:
///   - a: an image `[channels, height, width]` or a vector `[features]`.
///   - branch: the new channels, of the same height and width.
/// - Throws: `ResNetError` of code `usage` with both shapes where heights or widths differ.
public func dense(_ a: Node, branch: (Node) throws -> Node) throws -> Node {
  try concatenate([a, branch(a)])
}

/// z + shortcut, or z alone where there is none: the only difference between a residual network and a plain one.
private func + (z: Node, shortcut: Node?) throws -> Node {
  guard let shortcut else { return z }
  return try z + shortcut
}
