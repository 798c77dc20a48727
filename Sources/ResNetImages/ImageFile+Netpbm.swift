import ResNetCore

/// The numbers at the start of a PPM or PGM file, and in the body of those that are text.
private struct NetpbmScanner {
  let file: ImageFile
  var position: Int

  /// The next number, with white space and comments before it.
  mutating func number() throws -> Int {
    while let byte = file.bytes.byte(at: position) {
      if byte == UInt8(ascii: "#") {
        while let byte = file.bytes.byte(at: position), byte != 10, byte != 13 { position += 1 }
      } else if byte == 32 || (9...13).contains(byte) {
        position += 1
      } else {
        break
      }
    }
    var value = 0
    let start = position
    while let byte = file.bytes.byte(at: position), (48...57).contains(byte), position - start < 10 {
      value = value * 10 + Int(byte - 48)
      position += 1
    }
    guard position > start else {
      throw position < file.bytes.count ? file.damaged("byte \(position) should begin a number") : file.endsEarly()
    }
    return value
  }
}

extension ImageFile {
  private struct NetpbmLayout {
    var header: ImageHeader
    /// The largest number in the body.
    var maximum: Int
    /// Where the body begins.
    var body: NetpbmScanner
    /// Whether numbers are written as text.
    var isText: Bool
  }

  private func netpbmLayout() throws -> NetpbmLayout {
    let kind = bytes.byte(at: 1) ?? 0
    var scanner = NetpbmScanner(file: self, position: 2)
    let size = ImageSize(width: try scanner.number(), height: try scanner.number())
    let maximum = try scanner.number()
    guard (1...65535).contains(maximum) else {
      throw damaged("the largest value is \(maximum), not one from 1 to 65535")
    }
    guard let space = bytes.byte(at: scanner.position) else { throw endsEarly() }
    guard space == 32 || (9...13).contains(space) else {
      throw damaged("byte \(scanner.position) should be white space behind the header")
    }
    scanner.position += 1
    let isGrey = kind == UInt8(ascii: "2") || kind == UInt8(ascii: "5")
    let header = ImageHeader(
      format: .netpbm, size: size, color: isGrey ? .grey : .rgb, bits: maximum < 256 ? 8 : 16, isTransparent: false,
      orientation: .up)
    return NetpbmLayout(
      header: header, maximum: maximum, body: scanner, isText: kind == UInt8(ascii: "2") || kind == UInt8(ascii: "3"))
  }

  func netpbmHeader() throws -> ImageHeader { try netpbmLayout().header }

  func decodeNetpbm(_ header: ImageHeader) throws -> Image {
    let layout = try netpbmLayout()
    let channels = header.color == .grey ? 1 : 3
    let count = header.size.area * channels
    var body = layout.body
    let width = layout.maximum < 256 ? 1 : 2
    // A number of text takes a digit and a space, but for the last.
    guard bytes.count - body.position >= (layout.isText ? 2 * count - 1 : width * count) else { throw endsEarly() }
    // Pillow stretches values to 255, and those of deep grey to 65535, and then cuts them off at 255.
    let whole = channels == 1 && layout.maximum > 255 ? 65535.0 : 255
    let table = (0...layout.maximum).map { value in
      UInt8(min(255, (Double(value) / Double(layout.maximum) * whole).rounded(.toNearestOrEven)))
    }
    return try Image(header.size) { target in
      for i in 0..<count {
        let value = layout.isText ? try body.number() : bytes.bigEndian(width, at: body.position + i * width) ?? 0
        guard value <= layout.maximum || !layout.isText else {
          throw damaged("value \(i) is \(value), more than the largest, \(layout.maximum)")
        }
        let byte = table[min(value, layout.maximum)]
        if channels == 3 {
          target[i] = byte
        } else {
          for channel in 0..<3 { target[3 * i + channel] = byte }
        }
      }
    }
  }
}
