import ResNetCore

/// Random changes of training images: a crop out of the zero-padded image, then a mirror image half of the time.
///
/// He et al. (2015) train CIFAR networks with `.padFourAndFlip`. Zeros are padded after preprocessing, so that the border
/// has the value of the mean.
public struct Augmentation: Hashable, Sendable {
  /// The number of pixels that are added on every side before the crop; 0 leaves the image where it is.
  public var padding: Int
  /// Whether half of the images are mirrored left to right.
  public var flips: Bool

  /// Makes an augmentation from its parts.
  public init(padding: Int, flips: Bool) {
    self.padding = padding
    self.flips = flips
  }

  /// Images as they are.
  public static let none = Augmentation(padding: 0, flips: false)
  /// Four pixels of padding, crop and flip, as in He et al. (2015), section 4.2.
  public static let padFourAndFlip = Augmentation(padding: 4, flips: true)

  /// Where one image lands in one epoch: a function of its arguments alone.
  public func placement(seed: UInt64, epoch: Int, sample: Int) -> Placement {
    guard padding > 0 || flips else { return .identity }
    var random = RandomNumbers(seed: seed, purpose: .augmentation, epoch: epoch, index: UInt64(sample))
    // All three are always drawn, so that leaving out the flip does not change the crops.
    let x = random.integer(below: 2 * padding + 1) - padding
    let y = random.integer(below: 2 * padding + 1) - padding
    let mirror = random.integer(below: 2) == 1
    return Placement(x: x, y: y, flipped: flips && mirror)
  }

  /// Refuses a padding that is negative or would show nothing of images `[channels, height, width]`.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  public func check(imageShape: Shape) throws {
    let limit = max(0, min(imageShape[1], imageShape[2]) - 1)
    guard (0...limit).contains(padding) else {
      throw ResNetError(
        .usage, "a padding of \(padding) does not suit images of \(imageShape)",
        remedy: "Choose a padding from 0 to \(limit)")
    }
  }
}

/// A window of the image's own size, moved over the image and then perhaps mirrored.
public struct Placement: Hashable, Sendable {
  /// The column of the image at which the window begins; negative to the left of the image.
  public var x: Int
  /// The row of the image at which the window begins; negative above the image.
  public var y: Int
  /// Whether the window is mirrored left to right.
  public var flipped: Bool

  /// Makes a placement from its parts.
  public init(x: Int, y: Int, flipped: Bool) {
    self.x = x
    self.y = y
    self.flipped = flipped
  }

  /// The image as it is.
  public static let identity = Placement(x: 0, y: 0, flipped: false)
}
