import ResNetCore

/// Preprocessing made ready for images of one shape: tables instead of arithmetic.
public struct PixelNormalizer: Sendable {
  /// The shape of the images, `[channels, height, width]`.
  public let imageShape: Shape
  /// 256 values for each channel.
  let tables: [Float]
  /// What is subtracted from the table's value at each pixel; empty where the tables hold the mean already.
  let offsets: [Float]
  /// Whether the last of three channels comes first.
  let isReversed: Bool

  /// Prepares preprocessing for images of shape `[channels, height, width]`, which are not resized.
  ///
  /// - Throws: `ResNetError` of code `data` where the preprocessing was made for other images, or resizes them.
  public init(_ preprocessing: Preprocessing, imageShape: Shape) throws {
    guard preprocessing.geometry == .asIs else {
      throw ResNetError(
        .data, "images of \(imageShape) in memory do not fit preprocessing that resizes pictures",
        remedy: "Use preprocessing that only normalises, or a folder of pictures")
    }
    try self.init(preprocessing, resized: imageShape)
  }

  /// Prepares what comes after resizing.
  init(_ preprocessing: Preprocessing, resized imageShape: Shape) throws {
    guard imageShape.rank == 3, imageShape[0] == preprocessing.channels,
      preprocessing.meanImage.map({ $0.shape == imageShape }) ?? true
    else {
      let made = preprocessing.meanImage.map { "\($0.shape)" } ?? "\(preprocessing.channels) channels"
      throw ResNetError(
        .data, "images of \(imageShape) do not fit preprocessing made for \(made)",
        remedy: "Use the kind of images that the model was trained on")
    }
    self.imageShape = imageShape
    isReversed = preprocessing.channelOrder == .bgr
    let deviation = preprocessing.deviation
    switch preprocessing.mean {
    case .perChannel(let mean):
      tables = (0..<deviation.count).flatMap { channel in
        (0..<256).map { Float((Double($0) / 255 - mean[channel]) / deviation[channel]) }
      }
      offsets = []
    case .perPixel(let image):
      tables = deviation.flatMap { deviation in (0..<256).map { Float(Double($0) / 255 / deviation) } }
      let area = imageShape[1] * imageShape[2]
      offsets = image.scalars.indices.map { Float(Double(image.scalars[$0]) / deviation[$0 / area]) }
    }
  }

  /// Writes one image, `[channels, height, width]`, as numbers; what lies outside of the image becomes 0.
  ///
  /// - Precondition: both buffers hold `imageShape.count` elements.
  public func write(
    _ pixels: UnsafeBufferPointer<UInt8>, placement: Placement = .identity,
    into destination: UnsafeMutableBufferPointer<Float>
  ) {
    let channels = imageShape[0]
    let height = imageShape[1]
    let width = imageShape[2]
    precondition(pixels.count == imageShape.count && destination.count == imageShape.count)
    guard let source = pixels.baseAddress, let target = destination.baseAddress else { return }
    let columns = max(0, -placement.x)..<max(max(0, -placement.x), min(width, width - placement.x))
    if placement != .identity { target.update(repeating: 0, count: imageShape.count) }
    tables.withUnsafeBufferPointer { tables in
      offsets.withUnsafeBufferPointer { offsets in
        for channel in 0..<channels {
          guard let table = tables.baseAddress.map({ $0 + channel * 256 }) else { return }
          for y in 0..<height where (0..<height).contains(y + placement.y) {
            let sourceChannel = isReversed ? channels - 1 - channel : channel
            let start = (sourceChannel * height + y + placement.y) * width + placement.x
            let end = (channel * height + y) * width
            // The window's column x shows the image's column x + placement.x, and is written mirrored where it flips.
            let first = target + (placement.flipped ? end + width - 1 : end)
            let step = placement.flipped ? -1 : 1
            if let offset = offsets.baseAddress, !offsets.isEmpty {
              for x in columns { first[x &* step] = table[Int(source[start &+ x])] - offset[start &+ x] }
            } else {
              for x in columns { first[x &* step] = table[Int(source[start &+ x])] }
            }
          }
        }
      }
    }
  }
}
