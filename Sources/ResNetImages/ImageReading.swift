import ResNetCore
import ResNetFiles

extension Image {
  /// The most bytes that a picture's file may have.
  package static let maximumFileSize = 1 << 30

  /// Reads a JPEG, PNG, WebP, TIFF, PPM, PGM or BMP file; its kind follows from its first bytes.
  ///
  /// The pixels are those of Pillow's `convert("RGB")`: 16-bit colours keep their upper byte, 16-bit grey is cut off at
  /// 255, CMYK is taken to be stored as Adobe does.
  ///
  /// - Throws: `ResNetError` of code `data` where there is none, where it is damaged, cut short, too large or of another
  ///   kind; `inputOutput` where it cannot be read.
  public init(contentsOf path: String, rules: ImageRules = ImageRules()) throws {
    try self.init(bytes: BinaryFile.read(path, atMost: Self.maximumFileSize), named: path, rules: rules)
  }

  /// Reads a picture from the bytes of its file, which errors call `place`.
  ///
  /// - Throws: `ResNetError` of code `data` where it is damaged, cut short, too large or of a kind that is not known.
  public init(bytes: [UInt8], named place: String, rules: ImageRules = ImageRules()) throws {
    self = try bytes.withUnsafeBytes { bytes in
      let file = ImageFile(bytes: ByteView(bytes: bytes), place: place)
      let header = try file.header()
      let image = try file.decode(header, rules.background)
      return image.oriented(rules.exif == .apply || header.format == .tiff ? header.orientation : .up)
    }
  }
}

extension ImageHeader {
  /// Reads what a file says of its picture, without decoding it.
  ///
  /// - Throws: as `Image.init(contentsOf:)`; damage in what is not looked at stays unseen.
  public init(contentsOf path: String) throws {
    try self.init(bytes: BinaryFile.read(path, atMost: Image.maximumFileSize), named: path)
  }

  /// Reads the header from the bytes of a file, which errors call `place`.
  ///
  /// - Throws: `ResNetError` of code `data` where it is damaged, too large or of a kind that is not known.
  public init(bytes: [UInt8], named place: String) throws {
    self = try bytes.withUnsafeBytes { try ImageFile(bytes: ByteView(bytes: $0), place: place).header() }
  }
}

/// The bytes of a picture's file, and what errors should call it.
struct ImageFile {
  let bytes: ByteView
  let place: String

  /// What the file says of its picture; its size has been checked.
  func header() throws -> ImageHeader {
    guard bytes.count > 0 else {
      throw ResNetError(.data, "the file is empty", at: place, remedy: "Fetch or write the file again, or leave it out")
    }
    guard let format = ImageFormat(bytes: bytes.bytes) else {
      throw ResNetError(
        .data, "the file is no picture of a kind that is known", at: place,
        remedy: "Give a JPEG, PNG, WebP, TIFF, PPM, PGM or BMP file, or leave it out")
    }
    let header =
      switch format {
      case .jpeg: try jpegHeader()
      case .png: try pngHeader()
      case .webp: try webpHeader()
      case .tiff: try tiffHeader()
      case .netpbm: try netpbmHeader()
      case .bmp: try bmpHeader()
      }
    try header.size.check(at: place)
    return header
  }

  /// The pixels as they are stored, transparent ones over `background`.
  func decode(_ header: ImageHeader, _ background: ImageRules.Color?) throws -> Image {
    let background = header.isTransparent ? background : nil
    switch header.format {
    case .jpeg: return try decodeJPEG(header)
    case .png: return try decodePNG(header, background)
    case .webp: return try decodeWebP(header, background)
    case .tiff: return try decodeTIFF(header, background)
    case .netpbm: return try decodeNetpbm(header)
    case .bmp: return try decodeBMP(header, background)
    }
  }

  func damaged(_ message: String) -> ResNetError {
    ResNetError(.data, message, at: place, remedy: "Fetch or export the picture again, or leave it out")
  }

  func endsEarly() -> ResNetError {
    ResNetError(
      .data, "the picture's file ends too early", at: place, remedy: "Fetch or write the file again: it was cut short")
  }

  func unsupported(_ message: String) -> ResNetError {
    ResNetError(.data, message, at: place, remedy: "Save the picture as PNG or JPEG, or leave it out")
  }
}

/// The product of two parts of 255, rounded to the nearest.
@inline(__always)
func multiplied(_ a: UInt8, _ b: UInt8) -> UInt8 {
  let product = UInt32(a) * UInt32(b) + 128
  return UInt8(truncatingIfNeeded: (product + product >> 8) >> 8)
}

extension ImageRules.Color {
  /// Writes a pixel of red, green, blue and opacity over this colour, rounded as Pillow's `paste` does.
  @inline(__always)
  func write(under red: UInt8, _ green: UInt8, _ blue: UInt8, _ opacity: UInt8, to target: UnsafeMutablePointer<UInt8>)
  {
    target[0] = Self.mixed(red, self.red, opacity)
    target[1] = Self.mixed(green, self.green, opacity)
    target[2] = Self.mixed(blue, self.blue, opacity)
  }

  @inline(__always)
  private static func mixed(_ front: UInt8, _ back: UInt8, _ opacity: UInt8) -> UInt8 {
    let sum = UInt32(front) * UInt32(opacity) + UInt32(back) * UInt32(255 - opacity) + 128
    return UInt8(truncatingIfNeeded: (sum + sum >> 8) >> 8)
  }
}

extension Image {
  /// A picture from red, green, blue and opacity side by side; without a background the opacity is dropped.
  init(_ size: ImageSize, rgba: UnsafePointer<UInt8>, background: ImageRules.Color?) {
    self.init(size) { target in
      guard let target = target.baseAddress else { return }
      for i in 0..<size.area {
        let pixel = rgba + 4 * i
        if let background {
          background.write(under: pixel[0], pixel[1], pixel[2], pixel[3], to: target + 3 * i)
        } else {
          target[3 * i] = pixel[0]
          target[3 * i + 1] = pixel[1]
          target[3 * i + 2] = pixel[2]
        }
      }
    }
  }
}
