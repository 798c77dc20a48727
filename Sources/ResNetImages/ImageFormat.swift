/// The kinds of picture files that are read, found by their first bytes and never by their names.
public enum ImageFormat: String, Hashable, Sendable, Codable, CaseIterable {
  /// JPEG, by TurboJPEG: baseline and progressive; grey, colour and CMYK.
  case jpeg = "JPEG"
  /// PNG, by libspng: all depths and colour types.
  case png = "PNG"
  /// WebP, by libwebp: still pictures.
  case webp = "WebP"
  /// TIFF, by libtiff: the first picture of the file.
  case tiff = "TIFF"
  /// PPM and PGM of Netpbm, as bytes (P5, P6) or text (P2, P3).
  case netpbm = "Netpbm"
  /// Windows bitmaps without compression.
  case bmp = "BMP"

  /// How the names of pictures end, in lower case and without the point: those that torchvision knows, and others of the
  /// same formats. What a file is its first bytes alone say.
  public static let fileExtensions: Set<String> = [
    "bmp", "jfif", "jpe", "jpeg", "jpg", "pgm", "png", "pnm", "ppm", "tif", "tiff", "webp",
  ]

  /// How the names of pictures end that are of other formats and are not read: those of telephones and the web, drawings,
  /// and what cameras and programs for photographers write.
  package static let otherFileExtensions: Set<String> = [
    "arw", "avif", "cr2", "cr3", "dng", "gif", "heic", "heif", "ico", "j2k", "jp2", "jxl", "nef", "orf", "psd", "raf",
    "raw", "rw2", "svg", "tga",
  ]

  /// The kind of a file that begins with `bytes`, or `nil` where it is none of these.
  public init?(bytes: UnsafeRawBufferPointer) {
    func begins(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + signature.count && signature.indices.allSatisfy { bytes[offset + $0] == signature[$0] }
    }
    if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
      self = .webp
    } else if begins([0x49, 0x49, 0x2A, 0]) || begins([0x4D, 0x4D, 0, 0x2A]) || begins([0x49, 0x49, 0x2B, 0])
      || begins([0x4D, 0x4D, 0, 0x2B])
    {
      self = .tiff
    } else if begins(Array("BM".utf8)) {
      self = .bmp
    } else if ["P2", "P3", "P5", "P6"].contains(where: { begins(Array($0.utf8)) }) {
      self = .netpbm
    } else {
      return nil
    }
  }
}
