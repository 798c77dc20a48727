import ResNetCore

/// Random changes of training images, which are the same for the same seed, epoch and sample, whatever thread makes them.
///
/// A picture goes through its parts in this order: crop, flip, colour jitter, policy; then it becomes numbers, of which
/// a rectangle may be erased; and the images of a batch may be mixed. Each part draws numbers of its own, so that turning
/// one on or off does not change the others.
///
/// ```swift
/// var augmentation = Augmentation.randomResizedCropAndFlip
/// augmentation.policy = .trivialAugment
/// augmentation.cutmix = 1
/// ```
public struct Augmentation: Hashable, Sendable {
  /// Which part of a picture is seen.
  public enum Crop: Hashable, Sendable {
    /// A window of the image's own size over the image with so many pixels added on every side; 0 leaves the image where
    /// it is. The pixels are zeros after preprocessing, so that the border has the value of the mean.
    case padded(Int)
    /// A region that has a share `scale` of the picture's area and `ratio` times as many columns as rows, resized to the
    /// size that the network takes: torchvision's `RandomResizedCrop`, after Szegedy et al. (2014).
    case randomResized(scale: ClosedRange<Double>, ratio: ClosedRange<Double>, Interpolation)

    /// The picture as preprocessing cuts it.
    public static let none = Crop.padded(0)
  }

  /// Which part of a picture is seen.
  public var crop: Crop
  /// Whether half of the images are mirrored left to right.
  public var flips: Bool
  /// How much colours change, if they do.
  public var colorJitter: ColorJitter?
  /// Which operations of a list change a picture, if any do.
  public var policy: Policy?
  /// Which rectangle becomes 0, if one does.
  public var erasing: RandomErasing?
  /// α of the distribution Beta(α, α) by which pairs of images are added (Zhang et al., "mixup", 2018), if they are.
  public var mixup: Double?
  /// α of the distribution Beta(α, α) of the area that an image gets from another one (Yun et al., "CutMix", 2019), if it
  /// gets any. With `mixup` too, every batch takes one of the two, each half of the time.
  public var cutmix: Double?
  /// How many times a batch holds an image, each time changed in another way (Hoffer et al., "Augment your batch", 2020).
  ///
  /// An epoch still takes as many images as the set has, so it sees one in `repeats` of them, as with torchvision's
  /// `RASampler`.
  public var repeats: Int

  /// Makes an augmentation from its parts; those that are left out do nothing.
  public init(
    crop: Crop = .none, flips: Bool = false, colorJitter: ColorJitter? = nil, policy: Policy? = nil,
    erasing: RandomErasing? = nil, mixup: Double? = nil, cutmix: Double? = nil, repeats: Int = 1
  ) {
    self.crop = crop
    self.flips = flips
    self.colorJitter = colorJitter
    self.policy = policy
    self.erasing = erasing
    self.mixup = mixup
    self.cutmix = cutmix
    self.repeats = repeats
  }

  /// Makes an augmentation of padded crops and flips alone.
  public init(padding: Int, flips: Bool) { self.init(crop: .padded(padding), flips: flips) }

  /// Images as they are.
  public static let none = Augmentation()
  /// Four pixels of padding, crop and flip, as in He et al. (2015), section 4.2.
  public static let padFourAndFlip = Augmentation(padding: 4, flips: true)
  /// A region of 8 % to all of the area, 3:4 to 4:3, and flip: torchvision's usual for photographs.
  public static let randomResizedCropAndFlip = Augmentation(
    crop: .randomResized(scale: 0.08...1, ratio: 0.75...4.0 / 3, .bilinear), flips: true)

  /// The number of pixels that are added on every side before the crop.
  public var padding: Int {
    if case .padded(let padding) = crop { padding } else { 0 }
  }

  /// Whether images have to be pictures to be changed so; the rest is done to numbers.
  public var changesPictures: Bool {
    if case .randomResized = crop { true } else { colorJitter != nil || policy != nil }
  }

  /// Whether the images of a batch are mixed, and with them their labels.
  public var mixes: Bool { mixup != nil || cutmix != nil }

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
}
