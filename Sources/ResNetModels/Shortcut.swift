import ResNetCore
import ResNetGraph

/// What carries a[l] around a block's branch: the W_s of a[l+2] = g(z[l+2] + W_s·a[l]).
///
/// The letters are those of He et al. 2015, section 4.1. Where a projection is normalised, its layers are called
/// `downsample.0` and `downsample.1`, as in torchvision.
public enum Shortcut: String, Hashable, Sendable, Codable, CaseIterable {
  /// No shortcut: a plain network.
  case none
  /// A: the identity; where the size changes every stride-th pixel, half of the new channels of zeros before the old
  /// ones and half after, as in the common PyTorch networks for CIFAR.
  case zeroPadding = "a"
  /// A: the identity; where the size changes every stride-th pixel, all new channels of zeros after the old ones, as in
  /// fb.resnet.torch.
  case zeroPaddingAfter = "a-after"
  /// B: the identity; a learned projection where the size changes.
  case projection = "b"
  /// C: a learned projection in every block.
  case projectionEverywhere = "c"
}

extension Shortcut {
  /// W_s·a, or `nil` where there is no shortcut.
  ///
  /// - Parameters:
  ///   - outputs: the branch's channels or features.
  ///   - stride: the branch's stride; 1 for vectors.
  ///   - project: makes the projection.
  /// - Throws: `ResNetError` of code `usage` where zeros would have to take channels away.
  func callAsFunction(
    _ a: Node, outputs: Int, stride: Int, project: (Node) throws -> Node
  ) throws -> Node? {
    let grows = outputs - a.shape[0]
    let sizeChanges = stride != 1 || grows != 0
    switch self {
    case .none: return nil
    case .projectionEverywhere: return try project(a)
    case _ where !sizeChanges: return a
    case .projection: return try project(a)
    case .zeroPadding:
      return try a.zeroPadding(nil, ZeroPadding(stride: stride, before: grows / 2, after: grows - grows / 2))
    case .zeroPaddingAfter:
      return try a.zeroPadding(nil, ZeroPadding(stride: stride, before: 0, after: grows))
    }
  }
}
