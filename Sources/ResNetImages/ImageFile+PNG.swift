internal import CSPNG
import ResNetCore

/// A decoder of libspng over the bytes of a file.
private final class PNGDecoder {
  let context: OpaquePointer
  let file: ImageFile
  let header: spng_ihdr

  /// Text and profiles beside the picture may take this much memory.
  private static let chunkLimit = 1 << 26

  init(_ file: ImageFile) throws {
    guard let context = spng_ctx_new(0) else {
      throw ResNetError(
        .unavailable, "libspng cannot begin: there is too little memory", remedy: "Free some memory and try again")
    }
    self.context = context
    self.file = file
    var header = spng_ihdr()
    let side = UInt32(ImageSize.maximumSide)
    var status = spng_set_image_limits(context, side, side)
    if status == 0 { status = spng_set_chunk_limits(context, Self.chunkLimit, Self.chunkLimit) }
    if status == 0 { status = spng_set_png_buffer(context, file.bytes.bytes.baseAddress, file.bytes.count) }
    if status == 0 { status = spng_get_ihdr(context, &header) }
    self.header = header
    try check(status)
  }

  deinit { spng_ctx_free(context) }

  func check(_ status: Int32) throws {
    guard status != 0 else { return }
    guard status != Int32(SPNG_EOF.rawValue), status != Int32(SPNG_IO_EOF.rawValue) else { throw file.endsEarly() }
    let message = spng_strerror(status).map { printable(String(cString: $0)) } ?? "error \(status)"
    throw file.damaged("the PNG is damaged: \(message)")
  }

  /// What stands for transparent pixels, where the colour type has no opacity of its own.
  func transparency() -> spng_trns? {
    var transparency = spng_trns()
    return spng_get_trns(context, &transparency) == 0 ? transparency : nil
  }

  func orientation() -> ImageOrientation? {
    var exif = spng_exif()
    guard spng_get_exif(context, &exif) == 0, let data = exif.data else { return nil }
    return ImageOrientation(exif: ByteView(bytes: UnsafeRawBufferPointer(start: data, count: exif.length)))
  }

  func decode(
    _ format: spng_format, flags: spng_decode_flags? = nil, into target: UnsafeMutableRawPointer?, _ count: Int
  )
    throws
  {
    try check(
      spng_decode_image(context, target, count, Int32(format.rawValue), Int32(flags?.rawValue ?? 0)))
  }
}

extension ImageFile {
  func pngHeader() throws -> ImageHeader {
    let decoder = try PNGDecoder(self)
    let header = decoder.header
    let type = UInt32(header.color_type)
    let hasOpacity =
      type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA.rawValue || type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA.rawValue
    let color: ImageHeader.Color =
      switch type {
      case SPNG_COLOR_TYPE_GRAYSCALE.rawValue, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA.rawValue: .grey
      case SPNG_COLOR_TYPE_INDEXED.rawValue: .palette
      default: .rgb
      }
    return ImageHeader(
      format: .png, size: ImageSize(width: Int(header.width), height: Int(header.height)), color: color,
      bits: Int(header.bit_depth), isTransparent: hasOpacity || decoder.transparency() != nil,
      orientation: decoder.orientation() ?? .up)
  }

  func decodePNG(_ header: ImageHeader, _ background: ImageRules.Color?) throws -> Image {
    let decoder = try PNGDecoder(self)
    let type = UInt32(decoder.header.color_type)
    if type == SPNG_COLOR_TYPE_GRAYSCALE.rawValue, header.bits == 16 {
      return try decodeDeepGrey(decoder, header.size, background)
    }
    guard let background else {
      return try Image(header.size) { try decoder.decode(SPNG_FMT_RGB8, into: $0.baseAddress, $0.count) }
    }
    var pixels = [UInt8](repeating: 0, count: header.size.area * 4)
    try pixels.withUnsafeMutableBytes {
      try decoder.decode(SPNG_FMT_RGBA8, flags: SPNG_DECODE_TRNS, into: $0.baseAddress, $0.count)
    }
    return pixels.withUnsafeBufferPointer { pixels in
      guard let rgba = pixels.baseAddress else { return Image(trusted: header.size, []) }
      return Image(header.size, rgba: rgba, background: background)
    }
  }

  /// 16-bit grey, which Pillow cuts off at 255 where it halves the bits of 16-bit colours.
  private func decodeDeepGrey(
    _ decoder: PNGDecoder, _ size: ImageSize, _ background: ImageRules.Color?
  ) throws -> Image {
    let hidden = decoder.transparency().map(\.gray)
    var shades = [UInt16](repeating: 0, count: size.area)
    try shades.withUnsafeMutableBytes { try decoder.decode(SPNG_FMT_PNG, into: $0.baseAddress, $0.count) }
    return Image(size) { target in
      guard let target = target.baseAddress else { return }
      for (i, shade) in shades.enumerated() {
        let grey = UInt8(min(shade, 255))
        let isHidden = background != nil && shade == hidden
        (background ?? .black).write(under: grey, grey, grey, isHidden ? 0 : 255, to: target + 3 * i)
      }
    }
  }
}
