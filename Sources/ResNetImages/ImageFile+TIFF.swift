internal import CTIFF
import Foundation
import ResNetCore

/// What libtiff reads from, and the first thing that it complained of.
private final class TIFFInput {
  let bytes: UnsafeRawBufferPointer
  var position = 0
  var complaint: String?

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  static func of(_ handle: UnsafeMutableRawPointer?) -> TIFFInput? {
    handle.map { Unmanaged<TIFFInput>.fromOpaque($0).takeUnretainedValue() }
  }

  func note(_ message: [CChar]) {
    if complaint == nil { complaint = shown(message) }
  }
}

/// A text of C as an error message can show it.
private func shown(_ text: [CChar]) -> String {
  printable(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
}

/// A TIFF in memory.
private final class TIFFDecoder {
  let input: TIFFInput
  let handle: OpaquePointer
  let file: ImageFile

  /// No single piece of memory that libtiff takes is larger.
  private static let memoryLimit = 1 << 30

  init(_ file: ImageFile) throws {
    let input = TIFFInput(file.bytes.bytes)
    let context = Unmanaged.passUnretained(input).toOpaque()
    guard let options = TIFFOpenOptionsAlloc() else { throw Self.noMemory }
    defer { TIFFOpenOptionsFree(options) }
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t(Self.memoryLimit))
    TIFFOpenOptionsSetErrorHandlerExtR(
      options,
      { _, context, _, format, list in
        // Whether it is optional differs between systems.
        let list: CVaListPointer? = list
        guard let input = TIFFInput.of(context), let format, let list else { return 1 }
        var text = [CChar](repeating: 0, count: 256)
        vsnprintf(&text, text.count, format, list)
        input.note(text)
        return 1
      }, context)
    TIFFOpenOptionsSetWarningHandlerExtR(options, { _, _, _, _, _ in 1 }, context)
    // "m": read through the functions below rather than by mapped memory.
    let handle = TIFFClientOpenExt(
      file.place, "rm", context,
      { context, target, count in
        guard let input = TIFFInput.of(context), let target, count > 0 else { return 0 }
        let part = input.bytes.dropFirst(input.position).prefix(Int(count))
        UnsafeMutableRawBufferPointer(start: target, count: part.count)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
        input.position += part.count
        return tmsize_t(part.count)
      },
      { _, _, _ in 0 },
      { context, offset, whence in
        guard let input = TIFFInput.of(context) else { return toff_t.max }
        // An offset is signed, though its type is not.
        let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? input.position : input.bytes.count
        let (position, overflow) = base.addingReportingOverflow(Int(truncatingIfNeeded: offset))
        guard !overflow, position >= 0 else { return toff_t.max }
        input.position = position
        return toff_t(position)
      },
      { _ in 0 },
      { context in toff_t(TIFFInput.of(context)?.bytes.count ?? 0) },
      { _, _, _ in 0 },
      { _, _, _ in },
      options)
    guard let handle else {
      throw file.damaged("the TIFF is damaged" + (input.complaint.map { ": \($0)" } ?? ""))
    }
    self.input = input
    self.handle = handle
    self.file = file
  }

  deinit { TIFFClose(handle) }

  private static let noMemory = ResNetError(
    .unavailable, "libtiff cannot begin: there is too little memory", remedy: "Free some memory and try again")

  var isDamaged: ResNetError { file.damaged("the TIFF is damaged" + (input.complaint.map { ": \($0)" } ?? "")) }

  /// A field of one number.
  func field<Number: FixedWidthInteger>(_ tag: Int32, _ initial: Number) -> Number {
    var number = initial
    _ = withUnsafeMutablePointer(to: &number) { pointer in
      withVaList([pointer]) { TIFFVGetFieldDefaulted(handle, UInt32(tag), $0) }
    }
    return number
  }

  /// The kinds of opacity and other channels beside the colours.
  var extraChannels: [UInt16] {
    var count: UInt16 = 0
    var kinds: UnsafeMutablePointer<UInt16>?
    let isThere = withUnsafeMutablePointer(to: &count) { count in
      withUnsafeMutablePointer(to: &kinds) { kinds in
        withVaList([count, kinds]) { TIFFVGetFieldDefaulted(handle, UInt32(TIFFTAG_EXTRASAMPLES), $0) }
      }
    }
    guard isThere == 1, let kinds else { return [] }
    return Array(UnsafeBufferPointer(start: kinds, count: Int(count)))
  }
}

extension ImageFile {
  func tiffHeader() throws -> ImageHeader {
    let decoder = try TIFFDecoder(self)
    let width: UInt32 = decoder.field(TIFFTAG_IMAGEWIDTH, 0)
    let height: UInt32 = decoder.field(TIFFTAG_IMAGELENGTH, 0)
    let photometric: UInt16 = decoder.field(TIFFTAG_PHOTOMETRIC, .max)
    let bits: UInt16 = decoder.field(TIFFTAG_BITSPERSAMPLE, 1)
    let orientation: UInt16 = decoder.field(TIFFTAG_ORIENTATION, 1)
    let color: ImageHeader.Color =
      switch Int32(photometric) {
      case PHOTOMETRIC_MINISWHITE, PHOTOMETRIC_MINISBLACK: .grey
      case PHOTOMETRIC_RGB, PHOTOMETRIC_YCBCR: .rgb
      case PHOTOMETRIC_PALETTE: .palette
      case PHOTOMETRIC_SEPARATED: .cmyk
      default: .other
      }
    let opacities = [UInt16(EXTRASAMPLE_ASSOCALPHA), UInt16(EXTRASAMPLE_UNASSALPHA)]
    return ImageHeader(
      format: .tiff, size: ImageSize(width: Int(width), height: Int(height)), color: color, bits: Int(bits),
      isTransparent: decoder.extraChannels.contains(where: opacities.contains),
      orientation: ImageOrientation(rawValue: Int(orientation)) ?? .up)
  }

  func decodeTIFF(_ header: ImageHeader, _ background: ImageRules.Color?) throws -> Image {
    let decoder = try TIFFDecoder(self)
    var reader = TIFFRGBAImage()
    var message = [CChar](repeating: 0, count: 1024)
    guard TIFFRGBAImageBegin(&reader, decoder.handle, 1, &message) == 1 else {
      throw unsupported("the TIFF cannot be decoded: \(shown(message))")
    }
    defer { TIFFRGBAImageEnd(&reader) }
    // Rows and columns as they are stored; they are turned later.
    reader.req_orientation = reader.orientation
    keepColors(of: reader)
    let isMultiplied = Int32(reader.alpha) == EXTRASAMPLE_ASSOCALPHA
    var raster = [UInt32](repeating: 0, count: header.size.area)
    let succeeded = raster.withUnsafeMutableBufferPointer {
      TIFFRGBAImageGet(&reader, $0.baseAddress, UInt32(header.size.width), UInt32(header.size.height))
    }
    guard succeeded == 1 else { throw decoder.isDamaged }
    return Image(header.size) { target in
      guard let target = target.baseAddress else { return }
      for (i, pixel) in raster.enumerated() {
        let opacity = UInt8(truncatingIfNeeded: pixel >> 24)
        func channel(_ shift: UInt32) -> UInt8 {
          let value = UInt8(truncatingIfNeeded: pixel >> shift)
          guard isMultiplied, opacity != 255 else { return value }
          return opacity == 0 ? 0 : UInt8(min(255, Int(value) * 255 / Int(opacity)))
        }
        (background ?? .black).write(
          under: channel(0), channel(8), channel(16), background == nil ? 255 : opacity, to: target + 3 * i)
      }
    }
  }

  /// libtiff multiplies colours by their opacity and rounds 16 bits to 8; Pillow does neither: it keeps the upper byte.
  private func keepColors(of reader: TIFFRGBAImage) {
    if let table = reader.UaToAa {
      for i in 0..<65536 { table[i] = UInt8(i & 255) }
    }
    if let table = reader.Bitdepth16To8 {
      for i in 0..<65536 { table[i] = UInt8(i >> 8) }
    }
  }
}
