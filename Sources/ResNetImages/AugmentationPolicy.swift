import ResNetCore

extension Augmentation {
  /// Operations out of a list of fourteen that change a picture, as torchvision has them: shearing, moving and turning
  /// (black appears behind), brightness, colour, contrast and sharpness, posterising and solarising, and the channels'
  /// histograms.
  public enum Policy: Hashable, Sendable {
    /// So many operations, one after another, each as strong as `magnitude` of 30 (Cubuk et al., "RandAugment", 2019).
    case randAugment(operations: Int, magnitude: Int)
    /// One operation, of any strength (Müller and Hutter, "TrivialAugment", 2021, with their wide range).
    case trivialAugment

    /// The authors' usual: two operations, 9 of 30.
    public static let randAugment = Policy.randAugment(operations: 2, magnitude: 9)
  }
}

extension Augmentation.Policy {
  /// The greatest magnitude, and how many steps there are from 0 to it.
  static let greatestMagnitude = 30

  /// How strong operations are at the greatest magnitude.
  private struct Strengths {
    var shear: Double
    var columns: Double
    var rows: Double
    var degrees: Double
    var enhancement: Double
    var lostBits: Double
  }

  /// What is done to one sample.
  func operations(for size: ImageSize, _ random: inout RandomNumbers) -> [ImageOperation] {
    switch self {
    case .randAugment(let count, let magnitude):
      (0..<count).map { _ in Self.operation(strengths(size), magnitude, &random) }
    case .trivialAugment:
      [Self.operation(strengths(size), random.integer(below: Self.greatestMagnitude + 1), &random)]
    }
  }

  private func strengths(_ size: ImageSize) -> Strengths {
    switch self {
    case .randAugment:
      // The pictures of AutoAugment, where the numbers come from, had 331 columns and rows.
      Strengths(
        shear: 0.3, columns: 150.0 / 331 * Double(size.width), rows: 150.0 / 331 * Double(size.height), degrees: 30,
        enhancement: 0.9, lostBits: 4)
    case .trivialAugment:
      Strengths(shear: 0.99, columns: 32, rows: 32, degrees: 135, enhancement: 0.99, lostBits: 6)
    }
  }

  private static let count = 14

  private static func operation(
    _ strengths: Strengths, _ magnitude: Int, _ random: inout RandomNumbers
  ) -> ImageOperation {
    let number = random.integer(below: count)
    let isNegative = random.integer(below: 2) == 1
    func signed(_ strength: Double) -> Double { (isNegative ? -1 : 1) * step(magnitude, to: strength) }
    return switch number {
    case 1: .shearX(signed(strengths.shear))
    case 2: .shearY(signed(strengths.shear))
    case 3: .translateX(Int(signed(strengths.columns)))
    case 4: .translateY(Int(signed(strengths.rows)))
    case 5: .rotate(signed(strengths.degrees))
    case 6: .brightness(1 + signed(strengths.enhancement))
    case 7: .saturation(1 + signed(strengths.enhancement))
    case 8: .contrast(1 + signed(strengths.enhancement))
    case 9: .sharpness(1 + signed(strengths.enhancement))
    case 10: .posterize(bits: 8 - Int(step(magnitude, to: strengths.lostBits).rounded(.toNearestOrEven)))
    case 11: .solarize(threshold: 255 - step(magnitude, to: 255))
    case 12: .autoContrast
    case 13: .equalize
    default: .identity
    }
  }

  /// One of the numbers from 0 to `end` as `torch.linspace` has them, counted from the nearer end in 32 bits: half of 32 is
  /// a little less than 16 there, and the picture moves by 15.
  private static func step(_ magnitude: Int, to end: Double) -> Double {
    let step = Float(end) / Float(greatestMagnitude)
    if 2 * magnitude < greatestMagnitude { return Double(step * Float(magnitude)) }
    return Double(Float(end).addingProduct(-step, Float(greatestMagnitude - magnitude)))
  }
}
