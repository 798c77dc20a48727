import ResNetCore

extension Augmentation {
  /// What one picture becomes in one epoch, of the size that preprocessing makes: cut as preprocessing asks for, and
  /// perhaps mirrored.
  ///
  /// - Throws: `ResNetError` of code `data` where the picture cannot be resized.
  public func picture(
    _ image: Image, for preprocessing: Preprocessing, seed: UInt64, epoch: Int, sample: Int
  ) throws -> Image {
    let picture = try preprocessing.geometry(image)
    return placement(seed: seed, epoch: epoch, sample: sample).flipped ? picture.oriented(.mirrored) : picture
  }
}

extension PicturePreparation {
  /// Writes what a picture becomes in one epoch to memory, as into a batch.
  ///
  /// - Precondition: `destination` holds `input.count` elements.
  /// - Throws: `ResNetError` of code `data` where a picture that is not resized has another size than the input.
  public func write(
    _ image: Image, augmentation: Augmentation, seed: UInt64, epoch: Int, sample: Int,
    into destination: UnsafeMutableBufferPointer<Float>
  ) throws {
    let picture = try augmentation.picture(image, for: preprocessing, seed: seed, epoch: epoch, sample: sample)
    // The window is moved over the picture before it is mirrored.
    var placement = augmentation.placement(seed: seed, epoch: epoch, sample: sample)
    if placement.flipped { placement = Placement(x: -placement.x, y: placement.y, flipped: false) }
    try write(prepared: picture, placement: placement, into: destination)
  }
}
