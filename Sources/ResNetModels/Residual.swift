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
///   - shortcut: W_s·a[l] as a function of a[l], or `nil` in a plain network.
/// - Throws: `ResNetError` of code `usage` with both shapes where branch and shortcut differ.
public func residual(
  _ a: Node, branch: (Node) throws -> Node, shortcut: (Node) throws -> Node?
) throws -> Node {
  try relu(branch(a) + shortcut(a))
}

/// z + shortcut, or z alone where there is none: the only difference between a residual network and a plain one.
private func + (z: Node, shortcut: Node?) throws -> Node {
  guard let shortcut else { return z }
  return try z + shortcut
}
