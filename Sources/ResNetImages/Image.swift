import ResNetCore

/// A picture in memory: 8-bit red, green and blue, row by row, the three of a pixel side by side.
public struct Image: Hashable, Sendable {
  /// Columns and rows.
  public let size: ImageSize
  /// `height × width × 3` bytes.
  public let pixels: [UInt8]

  /// Makes a picture from its bytes.
  ///
  /// - Throws: `ResNetError` of code `data` where the size is none that a picture can have, or is not that of the bytes.
  public init(size: ImageSize, pixels: [UInt8]) throws {
    try size.check(at: nil)
    guard pixels.count == size.area * 3 else {
      throw ResNetError(
        .data, "\(pixels.count) bytes are not a picture of \(size) with three channels",
        remedy: "Give red, green and blue for every pixel")
    }
    self.init(trusted: size, pixels)
  }

  init(trusted size: ImageSize, _ pixels: [UInt8]) {
    self.size = size
    self.pixels = pixels
  }

  /// Makes a picture of a checked size by writing its bytes.
  init(
    _ size: ImageSize, writing body: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
  ) rethrows {
    self.size = size
    let count = size.area * 3
    pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  /// The number of columns.
  public var width: Int { size.width }
  /// The number of rows.
  public var height: Int { size.height }

  /// Red, green and blue of one pixel.
  ///
  /// - Precondition: the pixel lies in the picture.
  public subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    precondition((0..<width).contains(x) && (0..<height).contains(y), "(\(x), \(y)) is not in \(size)")
    let i = (y * width + x) * 3
    return (pixels[i], pixels[i + 1], pixels[i + 2])
  }
}
