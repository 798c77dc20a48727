import ResNetCore

extension Augmentation {
  /// What one picture becomes in one epoch, of the size that preprocessing makes: cropped, mirrored, and changed in its
  /// colours and by the policy.
  ///
  /// A padded crop is not part of it, as what it adds are zeros of the numbers that the picture becomes: see
  /// `PicturePreparation.write(_:augmentation:seed:epoch:sample:into:)`, which does everything.
  ///
  /// - Parameters:
  ///   - image: the picture.
  ///   - preprocessing: what says which size, and how it is resized.
  ///   - seed: the run's seed.
  ///   - epoch: the epoch, from 0.
  ///   - sample: which sample it is; each time that an image is repeated has a number of its own.
  /// - Throws: `ResNetError` of code `data` where the picture cannot be resized.
  public func picture(
    _ image: Image, for preprocessing: Preprocessing, seed: UInt64, epoch: Int, sample: Int
  ) throws -> Image {
    func numbers(_ purpose: RandomNumbers.Purpose) -> RandomNumbers {
      RandomNumbers(seed: seed, purpose: purpose, epoch: epoch, index: UInt64(sample))
    }
    var picture: Image
    switch crop {
    case .padded: picture = try preprocessing.geometry(image)
    case .randomResized(let scale, let ratio, let interpolation):
      var random = numbers(.cropping)
      let region = ImageRegion(of: image.size, scale: scale, ratio: ratio, &random)
      let size = preprocessing.geometry.outputSize ?? image.size
      picture = try image.resized(to: size, interpolation, from: region)
    }
    if placement(seed: seed, epoch: epoch, sample: sample).flipped { picture = picture.oriented(.mirrored) }
    if let colorJitter {
      var random = numbers(.coloring)
      for operation in colorJitter.operations(&random) { picture = operation(picture) }
    }
    if let policy {
      var random = numbers(.policy)
      for operation in policy.operations(for: picture.size, &random) { picture = operation(picture) }
    }
    return picture
  }
}

extension PicturePreparation {
  /// Writes what a picture becomes in one epoch to memory, as into a batch.
  ///
  /// - Parameters:
  ///   - image: the picture.
  ///   - augmentation: what is done to it at random.
  ///   - seed: the run's seed.
  ///   - epoch: the epoch, from 0.
  ///   - sample: which sample it is; each time that an image is repeated has a number of its own.
  ///   - destination: where the numbers go.
  /// - Precondition: `destination` holds `input.count` elements.
  /// - Throws: `ResNetError` of code `data` where a picture that is not resized has another size than the input.
  public func write(
    _ image: Image, augmentation: Augmentation, seed: UInt64, epoch: Int, sample: Int,
    into destination: UnsafeMutableBufferPointer<Float>
  ) throws {
    let picture = try augmentation.picture(image, for: preprocessing, seed: seed, epoch: epoch, sample: sample)
    let placement = augmentation.placement(seed: seed, epoch: epoch, sample: sample).afterFlip
    try write(prepared: picture, placement: placement, into: destination)
    augmentation.erase(destination, shape: input, seed: seed, epoch: epoch, sample: sample)
  }
}
