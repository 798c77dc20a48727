import ResNetCore

/// How a picture becomes the numbers that a network sees: resized and cut, then (byte ÷ 255 − mean) ÷ deviation.
///
/// The mean is one number a channel or, as in He et al. (2015) for CIFAR-10, one number a pixel. Preprocessing belongs to
/// the model and travels in its file.
public struct Preprocessing: Hashable, Sendable {
  /// What is subtracted, on the scale [0, 1].
  public enum Mean: Hashable, Sendable {
    /// One number a channel.
    case perChannel([Double])
    /// A mean image, `[channels, height, width]`.
    case perPixel(Tensor)
  }

  /// The order of the channels that the network takes; means and deviations are in that order.
  public enum ChannelOrder: String, Hashable, Sendable, Codable, CaseIterable {
    /// Red, green, blue.
    case rgb
    /// Blue, green, red, as Caffe's networks take them.
    case bgr
  }

  /// How pictures get the network's size.
  public let geometry: Geometry
  /// What their files leave open.
  public let rules: ImageRules
  /// The order of channels.
  public let channelOrder: ChannelOrder
  /// What is subtracted, on the scale [0, 1].
  public let mean: Mean
  /// What the difference is divided by, one positive number a channel.
  public let deviation: [Double]

  /// Subtracts one number a channel.
  ///
  /// One channel takes the brightness of a picture, three its colours.
  ///
  /// - Throws: `ResNetError` of code `data` where the counts differ, a number is not finite, a deviation not positive, or
  ///   sizes make no picture.
  public init(
    mean: [Double], deviation: [Double], geometry: Geometry = .asIs, rules: ImageRules = ImageRules(),
    channelOrder: ChannelOrder = .rgb
  ) throws {
    guard mean.count == deviation.count else {
      throw ResNetError(
        .data, "preprocessing has \(mean.count) means and \(deviation.count) deviations",
        remedy: "Give one of each for every channel")
    }
    guard mean.allSatisfy(\.isFinite) else { throw Self.notFinite }
    try geometry.check()
    guard channelOrder == .rgb || mean.count == 3 else {
      throw ResNetError(
        .data, "\(mean.count) channels have no order \(channelOrder.rawValue)",
        remedy: "Leave the order out, or give three")
    }
    self.init(
      trusted: .perChannel(mean), deviation: try Self.checked(deviation), geometry: geometry, rules: rules,
      channelOrder: channelOrder)
  }

  /// Subtracts a mean image of shape `[channels, height, width]` from pictures that have that size already.
  ///
  /// - Throws: `ResNetError` of code `data` where the shapes do not fit, a number is not finite or a deviation not
  ///   positive.
  public init(meanImage: Tensor, deviation: [Double]) throws {
    guard meanImage.shape.rank == 3, meanImage.shape[0] == deviation.count else {
      throw ResNetError(
        .data, "a mean image of shape \(meanImage.shape) does not fit \(deviation.count) deviations",
        remedy: "Give an image of channels×height×width and one deviation for every channel")
    }
    guard meanImage.scalars.allSatisfy(\.isFinite) else { throw Self.notFinite }
    self.init(trusted: .perPixel(meanImage), deviation: try Self.checked(deviation))
  }

  /// Puts together what is known to fit.
  init(
    trusted mean: Mean, deviation: [Double], geometry: Geometry = .asIs, rules: ImageRules = ImageRules(),
    channelOrder: ChannelOrder = .rgb
  ) {
    self.mean = mean
    self.deviation = deviation
    self.geometry = geometry
    self.rules = rules
    self.channelOrder = channelOrder
  }

  /// The same with other rules for what files leave open.
  public func with(_ rules: ImageRules) -> Preprocessing {
    Preprocessing(trusted: mean, deviation: deviation, geometry: geometry, rules: rules, channelOrder: channelOrder)
  }

  /// The number of channels of the images.
  public var channels: Int { deviation.count }

  /// The shape of what pictures become, `[channels, height, width]`; `nil` where that is up to the picture.
  public var outputShape: Shape? {
    geometry.outputSize.map { [channels, $0.height, $0.width] } ?? meanImage?.shape
  }

  /// The mean image, where the mean is one.
  public var meanImage: Tensor? {
    if case .perPixel(let image) = mean { image } else { nil }
  }

  private static func checked(_ deviation: [Double]) throws -> [Double] {
    guard !deviation.isEmpty, deviation.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw ResNetError(
        .data, "the deviations \(deviation) cannot divide pixels", remedy: "Give one positive number for every channel")
    }
    return deviation
  }

  private static let notFinite = ResNetError(
    .data, "the mean of the preprocessing is not finite", remedy: "Compute it again from the training images")
}
