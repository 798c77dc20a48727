import ResNetCore

extension Preprocessing {
  /// What a picture becomes: `[channels, height, width]`, as torchvision's transforms of the same picture in Pillow give it.
  ///
  /// A `PicturePreparation` does the same many times over without making its tables anew.
  ///
  /// - Throws: `ResNetError` of code `data` where the picture cannot become what the network takes.
  public func callAsFunction(_ image: Image) throws -> Tensor {
    let size = geometry.outputSize ?? image.size
    return try PicturePreparation(self, input: [channels, size.height, size.width])(image)
  }
}

/// Preprocessing made ready for a network's input: tables instead of arithmetic.
public struct PicturePreparation: Sendable {
  /// What is done.
  public let preprocessing: Preprocessing
  private let normalizer: PixelNormalizer

  /// Prepares preprocessing for a network that takes `[channels, height, width]`.
  ///
  /// - Throws: `ResNetError` of code `data` where it makes something else than `input`, or pictures have no such number
  ///   of channels.
  public init(_ preprocessing: Preprocessing, input: Shape) throws {
    guard input.rank == 3, preprocessing.channels == 1 || preprocessing.channels == 3 else {
      throw ResNetError(
        .data, "pictures cannot become an input of \(input) with \(preprocessing.channels) channels",
        remedy: "Use a network that takes 3 channels, or 1 for shades of grey")
    }
    try preprocessing.check(input: input)
    self.preprocessing = preprocessing
    normalizer = try PixelNormalizer(preprocessing, resized: input)
  }

  /// The network's input, `[channels, height, width]`.
  public var input: Shape { normalizer.imageShape }

  /// What a picture becomes, `[channels, height, width]`.
  ///
  /// - Throws: `ResNetError` of code `data` where a picture that is not resized has another size than the input.
  public func callAsFunction(_ image: Image) throws -> Tensor {
    let scalars = try [Float](unsafeUninitializedCapacity: input.count) { buffer, initialized in
      try write(image, into: UnsafeMutableBufferPointer(rebasing: buffer[..<input.count]))
      initialized = input.count
    }
    return Tensor(shape: input, scalars: scalars)
  }

  /// Writes what a picture becomes to memory, as into a batch.
  ///
  /// - Precondition: `destination` holds `input.count` elements.
  /// - Throws: `ResNetError` of code `data` where a picture that is not resized has another size than the input.
  public func write(_ image: Image, into destination: UnsafeMutableBufferPointer<Float>) throws {
    try write(prepared: preprocessing.geometry(image), into: destination)
  }

  /// Writes a picture that has been resized and cut, seen through a window.
  func write(
    prepared image: Image, placement: Placement = .identity, into destination: UnsafeMutableBufferPointer<Float>
  ) throws {
    guard image.height == input[1], image.width == input[2] else {
      throw ResNetError(
        .data,
        "the picture is \(image.size), and the model takes \(ImageSize(width: input[2], height: input[1])) "
          + "and does not resize",
        remedy: "Resize the picture, or use a model whose preprocessing resizes")
    }
    normalizer.write(image, placement: placement, into: destination)
  }
}

extension Preprocessing {
  /// Refuses an input shape other than what this preprocessing makes.
  ///
  /// - Throws: `ResNetError` of code `data`.
  public func check(input: Shape) throws {
    let fits =
      switch (input.rank == 3, geometry.outputSize, meanImage) {
      case (true, let size?, _): input == [channels, size.height, size.width]
      case (true, nil, let image?): image.shape == input
      case (true, nil, nil): input[0] == channels
      // Networks of vectors take what comes, in a row.
      case (false, let size, let image): size == nil && image.map { $0.shape == input } ?? true
      }
    guard fits else {
      let size = geometry.outputSize.map { Shape([channels, $0.height, $0.width]) } ?? meanImage?.shape
      let made = size.map { "images of \($0)" } ?? "\(channels) channels"
      throw ResNetError(
        .data, "preprocessing made for \(made) does not fit an input of \(input)",
        remedy: "Compute it from images of the network's input shape")
    }
  }
}
