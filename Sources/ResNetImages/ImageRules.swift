import ResNetCore

/// What a picture's file leaves open: whether cameras' rotation is undone, and what shows through transparent pixels.
///
/// The default is what published accuracies mean, Pillow's `convert("RGB")` as torchvision's `ImageFolder` calls it: the
/// EXIF orientation is ignored, and transparency is dropped, so that the colour shows that the file stores there.
public struct ImageRules: Hashable, Sendable {
  /// What is done about the orientation that a camera notes in EXIF.
  public enum Orientation: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pixels stay as they are stored.
    case ignore
    /// Pixels are turned and mirrored so that up is up.
    case apply
  }

  /// A colour of 8 bits a channel.
  public struct Color: Hashable, Sendable {
    /// Red.
    public var red: UInt8
    /// Green.
    public var green: UInt8
    /// Blue.
    public var blue: UInt8

    /// Makes a colour from its parts.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    /// 255, 255, 255.
    public static let white = Color(red: 255, green: 255, blue: 255)
    /// 0, 0, 0.
    public static let black = Color(red: 0, green: 0, blue: 0)
  }

  /// What is done about the orientation in EXIF. (A TIFF's own orientation is part of its format and always applied, as
  /// Pillow does.)
  public var exif: Orientation
  /// The colour behind transparent pixels, mixed in by their opacity; `nil` drops transparency.
  public var background: Color?

  /// Makes rules from their parts.
  public init(exif: Orientation = .ignore, background: Color? = nil) {
    self.exif = exif
    self.background = background
  }
}

extension ImageRules.Color: CustomStringConvertible {
  /// As in `rgb(255, 255, 255)`.
  public var description: String { "rgb(\(red), \(green), \(blue))" }
}
