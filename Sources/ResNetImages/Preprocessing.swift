import ResNetCore

/// How bytes become the numbers that a network sees: (byte ÷ 255 − mean) ÷ deviation.
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

  /// What is subtracted, on the scale [0, 1].
  public let mean: Mean
  /// What the difference is divided by, one positive number a channel.
  public let deviation: [Double]

  /// Subtracts one number a channel.
  ///
  /// - Throws: `ResNetError` of code `data` where the counts differ, a number is not finite or a deviation not positive.
  public init(mean: [Double], deviation: [Double]) throws {
    guard mean.count == deviation.count else {
      throw ResNetError(
        .data, "preprocessing has \(mean.count) means and \(deviation.count) deviations",
        remedy: "Give one of each for every channel")
    }
    guard mean.allSatisfy(\.isFinite) else { throw Self.notFinite }
    self.mean = .perChannel(mean)
    self.deviation = try Self.checked(deviation)
  }

  /// Subtracts a mean image of shape `[channels, height, width]`.
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
    self.mean = .perPixel(meanImage)
    self.deviation = try Self.checked(deviation)
  }

  /// The number of channels of the images.
  public var channels: Int { deviation.count }

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
