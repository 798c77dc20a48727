import ResNetCore

extension Preprocessing {
  /// The part of preprocessing that is written as text; a mean image is stored beside it as a tensor.
  public struct Metadata: Hashable, Sendable, Codable {
    /// Which mean is subtracted.
    public enum Kind: String, Hashable, Sendable, Codable {
      /// One number a channel.
      case perChannel = "per-channel"
      /// A mean image.
      case perPixel = "per-pixel"
    }

    /// Which mean is subtracted.
    public var kind: Kind
    /// The means, where they are one a channel.
    public var mean: [Double]?
    /// The shape of the mean image, where there is one.
    public var shape: Shape?
    /// The deviations, one a channel.
    public var deviation: [Double]
  }

  /// What a model file says of this preprocessing as text.
  public var metadata: Metadata {
    switch mean {
    case .perChannel(let mean): Metadata(kind: .perChannel, mean: mean, shape: nil, deviation: deviation)
    case .perPixel(let image): Metadata(kind: .perPixel, mean: nil, shape: image.shape, deviation: deviation)
    }
  }

  /// Puts preprocessing together from what a model file holds.
  ///
  /// - Throws: `ResNetError` of code `data` where the parts do not fit one another.
  public init(_ metadata: Metadata, meanImage: Tensor?) throws {
    let remedy = "Write the model file again"
    switch metadata.kind {
    case .perChannel:
      guard let mean = metadata.mean, meanImage == nil, metadata.shape == nil else {
        throw ResNetError(.data, "preprocessing per channel needs its means and no mean image", remedy: remedy)
      }
      try self.init(mean: mean, deviation: metadata.deviation)
    case .perPixel:
      guard let meanImage, metadata.mean == nil, meanImage.shape == metadata.shape else {
        throw ResNetError(
          .data, "preprocessing per pixel needs a mean image of the shape that is stated", remedy: remedy)
      }
      try self.init(meanImage: meanImage, deviation: metadata.deviation)
    }
  }
}
