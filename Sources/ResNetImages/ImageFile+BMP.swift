import ResNetCore

/// How the pixels of a Windows bitmap are stored.
private struct BMPLayout {
  var size: ImageSize
  var isTopDown: Bool
  var bits: Int
  /// Where the pixels begin.
  var start: Int
  /// The colours that numbers stand for: blue, green and red of each.
  var palette: [(blue: UInt8, green: UInt8, red: UInt8)] = []
  /// Which bits are red, green, blue and opacity, where there is no palette.
  var masks: [UInt32] = []

  /// The bytes of a row, a multiple of four.
  var pitch: Int { (size.width * bits + 31) / 32 * 4 }
}

extension ImageFile {
  private enum BMPCompression {
    static let none = 0
    static let masks = 3
  }

  private func bmpLayout() throws -> BMPLayout {
    guard let start = bytes.littleEndian(4, at: 10), let length = bytes.littleEndian(4, at: 14) else {
      throw endsEarly()
    }
    let isOld = length == 12
    guard isOld || [40, 52, 56, 64, 108, 124].contains(length) else {
      throw unsupported("a BMP with a header of \(length) bytes is not known")
    }
    guard let fields = bytes.part(14, length) else { throw endsEarly() }
    func field(_ count: Int, at offset: Int) -> Int { fields.littleEndian(count, at: offset) ?? 0 }

    let width = isOld ? field(2, at: 4) : field(4, at: 4)
    // Rows from the top have a negative number of them.
    let height = isOld ? field(2, at: 6) : Int(Int32(truncatingIfNeeded: field(4, at: 8)))
    let bits = isOld ? field(2, at: 10) : field(2, at: 14)
    let compression = isOld ? BMPCompression.none : field(4, at: 16)
    guard [1, 4, 8, 16, 24, 32].contains(bits) else { throw unsupported("a BMP of \(bits) bits a pixel is not known") }
    guard compression == BMPCompression.none || compression == BMPCompression.masks && bits >= 16 else {
      throw unsupported("a compressed BMP (kind \(compression)) cannot be read")
    }
    var layout = BMPLayout(
      size: ImageSize(width: width, height: abs(height)), isTopDown: height < 0, bits: bits, start: start)
    try layout.size.check(at: place)
    if bits <= 8 {
      let colors = isOld ? 0 : field(4, at: 32)
      guard colors <= 1 << bits else { throw damaged("the BMP has \(colors) colours for \(bits) bits") }
      layout.palette = try bmpPalette(at: 14 + length, colors == 0 ? 1 << bits : colors, entry: isOld ? 3 : 4)
    } else {
      layout.masks = try bmpMasks(bits, hasMasks: compression == BMPCompression.masks, headerLength: length)
    }
    return layout
  }

  private func bmpPalette(
    at offset: Int, _ count: Int, entry: Int
  ) throws -> [(blue: UInt8, green: UInt8, red: UInt8)] {
    guard let table = bytes.part(offset, count * entry)?.bytes else { throw endsEarly() }
    return (0..<count).map { (table[$0 * entry], table[$0 * entry + 1], table[$0 * entry + 2]) }
  }

  private func bmpMasks(_ bits: Int, hasMasks: Bool, headerLength: Int) throws -> [UInt32] {
    guard hasMasks else {
      return bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0]
    }
    // They follow the shortest header, and are part of the longer ones, the opacity's of those from 56 bytes on.
    let masks = try (0..<(headerLength >= 56 ? 4 : 3)).map { index in
      guard let mask = bytes.littleEndian(4, at: 14 + 40 + 4 * index) else { throw endsEarly() }
      return UInt32(mask)
    }
    for mask in masks {
      // The ones of a mask must be neighbours.
      let ones = mask >> UInt32(mask == 0 ? 0 : mask.trailingZeroBitCount)
      guard ones & (ones &+ 1) == 0 else { throw damaged("the masks of the BMP's colours are scattered") }
    }
    guard masks.prefix(3).contains(where: { $0 != 0 }) else { throw damaged("the BMP has no masks for its colours") }
    return masks + (masks.count == 3 ? [0] : [])
  }

  func bmpHeader() throws -> ImageHeader {
    let layout = try bmpLayout()
    return ImageHeader(
      format: .bmp, size: layout.size, color: layout.palette.isEmpty ? .rgb : .palette,
      bits: layout.bits == 16 ? 5 : min(layout.bits, 8), isTransparent: layout.masks.last ?? 0 != 0, orientation: .up)
  }

  func decodeBMP(_ header: ImageHeader, _ background: ImageRules.Color?) throws -> Image {
    let layout = try bmpLayout()
    guard let body = bytes.part(layout.start, layout.pitch * layout.size.height)?.bytes else { throw endsEarly() }
    let channels = layout.masks.map(BMPChannel.init)
    return try Image(layout.size) { target in
      guard let target = target.baseAddress else { return }
      for y in 0..<layout.size.height {
        let row = (layout.isTopDown ? y : layout.size.height - 1 - y) * layout.pitch
        for x in 0..<layout.size.width {
          let pixel = target + 3 * (y * layout.size.width + x)
          guard layout.bits > 8 else {
            let bit = x * layout.bits
            let index = Int(body[row + bit / 8]) >> (8 - layout.bits - bit % 8) & (1 << layout.bits - 1)
            guard index < layout.palette.count else {
              throw damaged("pixel (\(x), \(y)) of the BMP has colour \(index) of \(layout.palette.count)")
            }
            let color = layout.palette[index]
            (pixel[0], pixel[1], pixel[2]) = (color.red, color.green, color.blue)
            continue
          }
          let place = row + x * (layout.bits / 8)
          var value: UInt32 = 0
          for byte in 0..<(layout.bits / 8) { value |= UInt32(body[place + byte]) << UInt32(8 * byte) }
          (background ?? .black).write(
            under: channels[0].byte(of: value), channels[1].byte(of: value), channels[2].byte(of: value),
            background == nil ? 255 : channels[3].byte(of: value), to: pixel)
        }
      }
    }
  }
}

/// Some of the bits of a pixel, stretched to a byte.
private struct BMPChannel {
  let mask: UInt32
  let shift: UInt32
  let largest: UInt32

  init(mask: UInt32) {
    self.mask = mask
    shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
    largest = mask >> shift
  }

  func byte(of pixel: UInt32) -> UInt8 {
    guard largest > 0 else { return 0 }
    return UInt8((UInt64((pixel & mask) >> shift) * 255) / UInt64(largest))
  }
}
