/// How a camera was held, by the number of EXIF's tag 274: what has to be done so that up is up.
public enum ImageOrientation: Int, Hashable, Sendable, Codable, CaseIterable {
  /// Nothing.
  case up = 1
  /// Mirror left to right.
  case mirrored
  /// Turn by half.
  case turnedByHalf
  /// Mirror top to bottom.
  case upsideDownMirrored
  /// Exchange rows and columns.
  case transposed
  /// Turn by a quarter clockwise.
  case quarterClockwise
  /// Exchange rows and columns, from the lower right corner.
  case transverse
  /// Turn by a quarter counterclockwise.
  case quarterCounterclockwise

  /// Whether width and height change places.
  public var exchangesSides: Bool { rawValue >= 5 }

  /// The orientation in a block of EXIF, which is a small TIFF; `nil` where there is none, or it cannot be read.
  init?(exif: ByteView) {
    let isLittle: Bool
    switch exif.bigEndian(4, at: 0) {
    case 0x4949_2A00: isLittle = true
    case 0x4D4D_002A: isLittle = false
    default: return nil
    }
    func number(_ count: Int, at offset: Int) -> Int? {
      isLittle ? exif.littleEndian(count, at: offset) : exif.bigEndian(count, at: offset)
    }
    guard let directory = number(4, at: 4), let count = number(2, at: directory) else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = number(2, at: place) else { return nil }
      // One number of 16 bits, which lies in the entry itself.
      guard tag == 274, number(2, at: place + 2) == 3, number(4, at: place + 4) == 1 else { continue }
      guard let value = number(2, at: place + 8), let orientation = Self(rawValue: value) else { return nil }
      self = orientation
      return
    }
    return nil
  }
}

extension Image {
  /// The picture turned and mirrored as `orientation` asks for.
  public func oriented(_ orientation: ImageOrientation) -> Image {
    guard orientation != .up else { return self }
    let result = orientation.exchangesSides ? ImageSize(width: height, height: width) : size
    // Where the result's first pixel lies, and the way to the next one in its row and in its column.
    let (right, down) = (3, 3 * width)
    let last = (column: (width - 1) * right, row: (height - 1) * down)
    let (start, column, row) =
      switch orientation {
      case .up: (0, right, down)
      case .mirrored: (last.column, -right, down)
      case .turnedByHalf: (last.column + last.row, -right, -down)
      case .upsideDownMirrored: (last.row, right, -down)
      case .transposed: (0, down, right)
      case .quarterClockwise: (last.row, -down, right)
      case .transverse: (last.column + last.row, -down, -right)
      case .quarterCounterclockwise: (last.column, down, -right)
      }
    return pixels.withUnsafeBufferPointer { source in
      Image(result) { target in
        var i = 0
        for y in 0..<result.height {
          var place = start + y * row
          for _ in 0..<result.width {
            target[i] = source[place]
            target[i + 1] = source[place + 1]
            target[i + 2] = source[place + 2]
            i += 3
            place += column
          }
        }
      }
    }
  }
}
