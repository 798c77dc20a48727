import ResNetCore

extension Preprocessing {
  /// The means of ImageNet's training images, on the scale [0, 1].
  public static let imageNetMean = [0.485, 0.456, 0.406]
  /// The deviations of ImageNet's training images, on the scale [0, 1].
  public static let imageNetDeviation = [0.229, 0.224, 0.225]

  /// What torchvision's weights `IMAGENET1K_V1` were measured with: shorter side 256, bilinear, 224 from the middle.
  public static let torchvisionV1 = imageNet(resize: 256, crop: 224, .bilinear)
  /// What torchvision's weights `IMAGENET1K_V2` were measured with: shorter side 232, bilinear, 224 from the middle.
  public static let torchvisionV2 = imageNet(resize: 232, crop: 224, .bilinear)

  /// torchvision's `ImageClassification` for other sizes.
  ///
  /// - Throws: `ResNetError` of code `data` where `crop` is more than `resize`, or either is no size.
  public static func torchvision(
    resize: Int, crop: Int, interpolation: Interpolation = .bilinear
  ) throws -> Preprocessing {
    let result = imageNet(resize: resize, crop: crop, interpolation)
    try result.geometry.check()
    return result
  }

  /// What a network gets that is trained on pictures from scratch: as torchvision's, the middle of a picture whose shorter
  /// side is `side` ÷ `cropFraction`, rounded, such as 224 of 256 or 32 of 37.
  ///
  /// - Throws: `ResNetError` of code `data` where a number makes no picture, or means and deviations do not fit.
  public static func photographs(
    side: Int = 224, cropFraction: Double = 0.875, mean: [Double] = imageNetMean,
    deviation: [Double] = imageNetDeviation
  ) throws -> Preprocessing {
    let resize = (Double(side) / cropFraction).rounded()
    try check(cropFraction, resize)
    return try Preprocessing(
      mean: mean, deviation: deviation,
      geometry: .centerCrop(resize: Int(resize), crop: ImageSize(side: side), .bilinear))
  }

  /// Refuses a share that cannot be cut out of a picture whose shorter side would be `resize`.
  private static func check(_ cropFraction: Double, _ resize: Double) throws {
    guard cropFraction > 0, cropFraction <= 1, resize.magnitude <= Double(Geometry.maximumSide) else {
      throw ResNetError(
        .data, "a fraction of \(cropFraction) cannot be cut out of a picture",
        remedy: "Choose a fraction above 0 and up to 1, such as 0.875")
    }
  }

  /// timm's evaluation (`crop_mode` "center"): `size` is cut out of a picture whose shorter side is size ÷ crop fraction,
  /// rounded down.
  ///
  /// - Parameters:
  ///   - size: `input_size` of the weights.
  ///   - cropFraction: their `crop_pct`.
  ///   - interpolation: their `interpolation`.
  ///   - mean: their `mean`.
  ///   - deviation: their `std`.
  /// - Throws: `ResNetError` of code `data` where a number makes no picture, or means and deviations do not fit.
  public static func timm(
    size: Int = 224, cropFraction: Double = 0.875, interpolation: Interpolation = .bicubic,
    mean: [Double] = imageNetMean, deviation: [Double] = imageNetDeviation
  ) throws -> Preprocessing {
    let resize = Double(size) / cropFraction
    try check(cropFraction, resize)
    return try Preprocessing(
      mean: mean, deviation: deviation,
      geometry: .centerCrop(resize: Int(resize), crop: ImageSize(side: size), interpolation))
  }

  /// Keras's three kinds of `preprocess_input`.
  public enum KerasMode: String, Hashable, Sendable, CaseIterable {
    /// Blue, green, red from 0 to 255 minus 103.939, 116.779, 123.68: ResNet50, 101 and 152.
    case caffe
    /// From −1 to 1: ResNet50V2, 101V2 and 152V2.
    case tf
    /// ImageNet's means and deviations: DenseNet.
    case torch
  }

  /// What Keras's documentation does: `load_img` with a `target_size`, which takes the nearest pixels whatever the
  /// proportions, then `preprocess_input`.
  ///
  /// - Throws: `ResNetError` of code `data` where `size` is none that a picture can have.
  public static func keras(
    _ mode: KerasMode, size: Int = 224, interpolation: Interpolation = .nearest
  ) throws -> Preprocessing {
    let (mean, deviation) =
      switch mode {
      case .caffe: ([103.939, 116.779, 123.68].map { $0 / 255 }, Array(repeating: 1 / 255.0, count: 3))
      case .tf: ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
      case .torch: (imageNetMean, imageNetDeviation)
      }
    return try Preprocessing(
      mean: mean, deviation: deviation, geometry: .squash(ImageSize(side: size), interpolation),
      channelOrder: mode == .caffe ? .bgr : .rgb)
  }

  private static func imageNet(resize: Int, crop: Int, _ interpolation: Interpolation) -> Preprocessing {
    Preprocessing(
      trusted: .perChannel(imageNetMean), deviation: imageNetDeviation,
      geometry: .centerCrop(resize: resize, crop: ImageSize(side: crop), interpolation))
  }
}
