import ResNetCore

/// Random changes of brightness, contrast, saturation and hue, one after another in random order: torchvision's
/// `ColorJitter`.
public struct ColorJitter: Hashable, Sendable {
  /// The brightness is multiplied by a factor from max(0, 1 − this) to 1 + this.
  public var brightness: Double
  /// The contrast is multiplied by a factor from max(0, 1 − this) to 1 + this.
  public var contrast: Double
  /// The saturation is multiplied by a factor from max(0, 1 − this) to 1 + this.
  public var saturation: Double
  /// The hue is turned by up to this share of the circle either way; at most ½.
  public var hue: Double

  /// Makes a jitter from its parts; what is 0 stays as it is.
  public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// What is done to one sample.
  func operations(_ random: inout RandomNumbers) -> [ImageOperation] {
    // All are always drawn, so that leaving one out does not change the others.
    let order = random.permutation(4)
    let shares = (0..<4).map { _ in random.fraction() }
    func factor(_ width: Double, _ share: Double) -> Double? {
      let least = max(0, 1 - width)
      return width > 0 ? least + (1 + width - least) * share : nil
    }
    let operations = [
      factor(brightness, shares[0]).map(ImageOperation.brightness),
      factor(contrast, shares[1]).map(ImageOperation.contrast),
      factor(saturation, shares[2]).map(ImageOperation.saturation),
      hue > 0 ? .hue((2 * shares[3] - 1) * hue) : nil,
    ]
    return order.compactMap { operations[$0] }
  }
}
