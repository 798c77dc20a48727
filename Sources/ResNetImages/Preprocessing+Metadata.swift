import ResNetCore

extension Preprocessing {
  /// The part of preprocessing that is written as text; a mean image is stored beside it as a tensor.
  ///
  /// Whatever is as it was in the first version of the format is left out, so that files of then and now are the same.
  public struct Metadata: Hashable, Sendable, Codable {
    /// Which mean is subtracted.
    public enum Kind: String, Hashable, Sendable, Codable {
      /// One number a channel.
      case perChannel = "per-channel"
      /// A mean image.
      case perPixel = "per-pixel"
    }

    /// The keys of the text.
    public enum CodingKeys: String, CodingKey, CaseIterable {
      /// Of the properties of the same names.
      case kind, mean, shape, deviation, resize, crop, squash, interpolation, channels, exif, background
    }

    /// Which mean is subtracted.
    public var kind: Kind
    /// The means, where they are one a channel.
    public var mean: [Double]?
    /// The shape of the mean image, where there is one.
    public var shape: Shape?
    /// The deviations, one a channel.
    public var deviation: [Double]
    /// The shorter side before the crop.
    public var resize: Int?
    /// Height and width of what is cut out of the middle.
    public var crop: [Int]?
    /// Height and width to which pictures are resized whatever their proportions.
    public var squash: [Int]?
    /// How pictures are resized, where they are.
    public var interpolation: Interpolation?
    /// The order of channels, where it is not red, green, blue.
    public var channels: ChannelOrder?
    /// What is done about EXIF's orientation, where it is not ignored.
    public var exif: ImageRules.Orientation?
    /// Red, green and blue behind transparent pixels, where transparency is not dropped.
    public var background: [UInt8]?
  }

  /// What a model file says of this preprocessing as text.
  public var metadata: Metadata {
    var metadata =
      switch mean {
      case .perChannel(let mean): Metadata(kind: .perChannel, mean: mean, deviation: deviation)
      case .perPixel(let image): Metadata(kind: .perPixel, shape: image.shape, deviation: deviation)
      }
    switch geometry {
    case .asIs: break
    case .centerCrop(let resize, let crop, let interpolation):
      metadata.resize = resize
      metadata.crop = [crop.height, crop.width]
      metadata.interpolation = interpolation
    case .squash(let size, let interpolation):
      metadata.squash = [size.height, size.width]
      metadata.interpolation = interpolation
    }
    metadata.channels = channelOrder == .rgb ? nil : channelOrder
    metadata.exif = rules.exif == .ignore ? nil : rules.exif
    metadata.background = rules.background.map { [$0.red, $0.green, $0.blue] }
    return metadata
  }

  /// Puts preprocessing together from what a model file holds.
  ///
  /// - Throws: `ResNetError` of code `data` where the parts do not fit one another.
  public init(_ metadata: Metadata, meanImage: Tensor?) throws {
    let geometry = try metadata.geometry()
    let rules = ImageRules(exif: metadata.exif ?? .ignore, background: try metadata.backgroundColor())
    switch metadata.kind {
    case .perChannel:
      guard let mean = metadata.mean, meanImage == nil, metadata.shape == nil else {
        throw Metadata.refusal("preprocessing per channel needs its means and no mean image")
      }
      try self.init(
        mean: mean, deviation: metadata.deviation, geometry: geometry, rules: rules,
        channelOrder: metadata.channels ?? .rgb)
    case .perPixel:
      guard let meanImage, metadata.mean == nil, meanImage.shape == metadata.shape else {
        throw Metadata.refusal("preprocessing per pixel needs a mean image of the shape that is stated")
      }
      guard geometry == .asIs, metadata.channels == nil else {
        throw Metadata.refusal("a mean image is for pictures of its own size and order of channels")
      }
      self = try Preprocessing(meanImage: meanImage, deviation: metadata.deviation).with(rules)
    }
  }
}

extension Preprocessing.Metadata {
  fileprivate static func refusal(_ message: String) -> ResNetError {
    ResNetError(.data, message, remedy: "Write the model file again")
  }

  fileprivate func geometry() throws -> Preprocessing.Geometry {
    func size(_ sides: [Int]) throws -> ImageSize {
      guard sides.count == 2 else { throw Self.refusal("a size of the preprocessing is not a height and a width") }
      return ImageSize(width: sides[1], height: sides[0])
    }
    switch (resize, crop, squash, interpolation) {
    case (nil, nil, nil, nil): return .asIs
    case (let resize?, let crop?, nil, let interpolation?):
      return .centerCrop(resize: resize, crop: try size(crop), interpolation)
    case (nil, nil, let squash?, let interpolation?): return .squash(try size(squash), interpolation)
    default: throw Self.refusal("resize, crop, squash and interpolation of the preprocessing do not fit one another")
    }
  }

  fileprivate func backgroundColor() throws -> ImageRules.Color? {
    guard let background else { return nil }
    guard background.count == 3 else { throw Self.refusal("the background of the preprocessing is not a colour") }
    return ImageRules.Color(red: background[0], green: background[1], blue: background[2])
  }
}
