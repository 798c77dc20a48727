/// What a picture's file says of it before it is decoded.
public struct ImageHeader: Hashable, Sendable {
  /// How colours are stored.
  public enum Color: String, Hashable, Sendable, Codable {
    /// Shades of grey, or black and white.
    case grey
    /// Red, green and blue, or what is computed from them.
    case rgb = "RGB"
    /// Numbers that stand for the colours of a table.
    case palette
    /// Inks of four colours.
    case cmyk = "CMYK"
    /// A space of colours that only the decoder knows.
    case other
  }

  /// The kind of file.
  public var format: ImageFormat
  /// Columns and rows as they are stored.
  public var size: ImageSize
  /// How colours are stored.
  public var color: Color
  /// The bits of one channel of one pixel.
  public var bits: Int
  /// Whether pixels can be transparent.
  public var isTransparent: Bool
  /// The orientation that the file notes, in EXIF or, in a TIFF, as its own; `up` where there is none.
  public var orientation: ImageOrientation
}

extension ImageHeader: CustomStringConvertible {
  /// As in `JPEG, 500×375, RGB, 8 bits, EXIF orientation 6`.
  public var description: String {
    var parts = [format.rawValue, "\(size)", color.rawValue, bits == 1 ? "1 bit" : "\(bits) bits"]
    if isTransparent { parts.append("with transparency") }
    if orientation != .up {
      parts.append("\(format == .tiff ? "orientation" : "EXIF orientation") \(orientation.rawValue)")
    }
    return parts.joined(separator: ", ")
  }
}
