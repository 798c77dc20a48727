internal import CSPNG
import Foundation
import ResNetCore

extension Image {
  /// The picture as a PNG file of 8-bit red, green and blue; equal pictures give equal bytes with one version of zlib.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where memory is missing.
  public func png() throws -> [UInt8] {
    guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else { throw Self.withoutMemory(nil) }
    defer { spng_ctx_free(context) }
    var header = spng_ihdr()
    header.width = UInt32(width)
    header.height = UInt32(height)
    header.bit_depth = 8
    header.color_type = UInt8(SPNG_COLOR_TYPE_TRUECOLOR.rawValue)
    var status = spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1)
    if status == 0 { status = spng_set_ihdr(context, &header) }
    if status == 0 {
      status = pixels.withUnsafeBytes {
        spng_encode_image(
          context, $0.baseAddress, $0.count, Int32(SPNG_FMT_PNG.rawValue), Int32(SPNG_ENCODE_FINALIZE.rawValue))
      }
    }
    var count = 0
    guard status == 0, let buffer = spng_get_png_buffer(context, &count, &status) else {
      throw Self.withoutMemory(spng_strerror(status).map { String(cString: $0) })
    }
    defer { free(buffer) }
    return [UInt8](UnsafeRawBufferPointer(start: buffer, count: count))
  }

  /// The picture as an address that holds it, as `png()` makes it: `data:image/png;base64,…`.
  ///
  /// - Throws: as `png()`.
  package func dataAddress() throws -> String { "data:image/png;base64," + Data(try png()).base64EncodedString() }

  private static func withoutMemory(_ reason: String?) -> ResNetError {
    ResNetError(
      .unavailable, "libspng cannot write a picture" + (reason.map { ": \(printable($0))" } ?? ""),
      remedy: "Free some memory and try again")
  }
}
