import ResNetCore
import ResNetGraph

/// What carries a[l] around a block's branch: the W_s of a[l+2] = g(z[l+2] + W_s·a[l]).
///
/// The letters are those of He et al. 2015, section 4.1, and ResNet-D's. Where a projection is normalised, its layers
/// are called `downsample.0` and `downsample.1`, as in torchvision.
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
  /// D: as B, with the mean of the pixels before the projection where B would pass over most of them (He et al., "Bag of
  /// tricks", 2019). Its layers are called `downsample.0` to `downsample.2`, as in timm.
  case pooledProjection = "d"
}

extension Shortcut {
  /// Whether a block's output has what the block was given added as it is, or nothing at all.
  func isIdentity(inputs: Int, outputs: Int, stride: Int) -> Bool {
    self == .none || (self != .projectionEverywhere && stride == 1 && inputs == outputs)
  }

  /// W_s·a, or `nil` where there is no shortcut.
  ///
  /// - Parameters:
  ///   - outputs: the branch's channels or features.
  ///   - stride: the branch's stride; 1 for vectors.
  ///   - project: makes the projection out of its input, its stride and the position of its first layer.
  /// - Throws: `ResNetError` of code `usage` where zeros would have to take channels away.
  func callAsFunction(
    _ a: Node, outputs: Int, stride: Int, project: (Node, Int, Int) throws -> Node
  ) throws -> Node? {
    if self == .none { return nil }
    if isIdentity(inputs: a.shape[0], outputs: outputs, stride: stride) { return a }
    let grows = outputs - a.shape[0]
    switch self {
    case .none: return nil
    case .projection, .projectionEverywhere: return try project(a, stride, 0)
    case .pooledProjection:
      let pooled = stride == 1 ? a : try a.averagePooling("downsample.0", .mean(of: a.shape, stride: stride))
      return try project(pooled, 1, 1)
    case .zeroPadding:
      return try a.zeroPadding(nil, ZeroPadding(stride: stride, before: grows / 2, after: grows - grows / 2))
    case .zeroPaddingAfter:
      return try a.zeroPadding(nil, ZeroPadding(stride: stride, before: 0, after: grows))
    }
  }
}

extension Pooling {
  /// Windows side by side that together see every pixel, smaller at the ends; where an image has fewer pixels than the
  /// stride, no larger than the image.
  static func mean(of image: Shape, stride: Int, roundsUp: Bool = true) -> Pooling {
    Pooling(kernel: min(stride, image[1], image[2]), stride: stride, padding: 0, roundsUp: roundsUp)
  }
}
