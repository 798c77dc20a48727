/// One change of a picture that keeps its size, as torchvision's functions of the same names do it with Pillow.
enum ImageOperation: Hashable, Sendable {
  /// Nothing.
  case identity
  /// Each row is moved by its number times the factor to the left.
  case shearX(Double)
  /// Each column is moved by its number times the factor upwards.
  case shearY(Double)
  /// Moved to the right by so many columns.
  case translateX(Int)
  /// Moved down by so many rows.
  case translateY(Int)
  /// Turned around its middle by an angle in degrees, counterclockwise.
  case rotate(Double)
  /// Mixed with black: 0 gives black, 1 the picture.
  case brightness(Double)
  /// Mixed with its mean brightness.
  case contrast(Double)
  /// Mixed with its own brightness.
  case saturation(Double)
  /// Mixed with a smoothed picture.
  case sharpness(Double)
  /// Hues turned by a share of the circle.
  case hue(Double)
  /// So many of the 8 bits are kept.
  case posterize(bits: Int)
  /// Values from the threshold on are inverted.
  case solarize(threshold: Double)
  /// Each channel stretched so that it goes from 0 to 255.
  case autoContrast
  /// Each channel changed so that all values are about as frequent.
  case equalize

  /// The picture, changed.
  func callAsFunction(_ image: Image) -> Image {
    switch self {
    case .identity: image
    case .shearX(let factor): image.transformed(.shearX(factor))
    case .shearY(let factor): image.transformed(.shearY(factor))
    case .translateX(let columns): image.transformed(.translation(x: columns, y: 0))
    case .translateY(let rows): image.transformed(.translation(x: 0, y: rows))
    case .rotate(let degrees): image.transformed(.rotation(degrees: degrees, of: image.size))
    case .brightness(let factor): image.withBrightness(factor)
    case .contrast(let factor): image.withContrast(factor)
    case .saturation(let factor): image.withSaturation(factor)
    case .sharpness(let factor): image.withSharpness(factor)
    case .hue(let share): image.withHueTurned(by: share)
    case .posterize(let bits): image.mapped { $0 & ~UInt8(truncatingIfNeeded: (1 << (8 - bits)) - 1) }
    case .solarize(let threshold): image.mapped { Double($0) < threshold ? $0 : 255 - $0 }
    case .autoContrast: image.withFullContrast()
    case .equalize: image.equalized()
    }
  }
}
