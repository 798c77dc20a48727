internal import CWebP
import ResNetCore

extension ImageFile {
  private var webpBytes: UnsafePointer<UInt8>? { bytes.bytes.bindMemory(to: UInt8.self).baseAddress }

  func webpHeader() throws -> ImageHeader {
    var features = WebPBitstreamFeatures()
    let status = WebPGetFeatures(webpBytes, bytes.count, &features)
    guard status != VP8_STATUS_NOT_ENOUGH_DATA else { throw endsEarly() }
    guard status == VP8_STATUS_OK else { throw damaged("the WebP is damaged: its header cannot be read") }
    guard features.has_animation == 0 else { throw unsupported("the WebP is a film, and only still pictures are read") }
    return ImageHeader(
      format: .webp, size: ImageSize(width: Int(features.width), height: Int(features.height)), color: .rgb, bits: 8,
      isTransparent: features.has_alpha != 0, orientation: webpOrientation() ?? .up)
  }

  /// The orientation in the chunk EXIF, where there is one.
  private func webpOrientation() -> ImageOrientation? {
    var position = 12
    while let length = bytes.littleEndian(4, at: position + 4) {
      if bytes.holds("EXIF", at: position), let payload = bytes.part(position + 8, length) {
        return (payload.holds("Exif\0\0", at: 0) ? payload.from(6) : payload).flatMap(ImageOrientation.init(exif:))
      }
      position += 8 + length + length % 2
    }
    return nil
  }

  func decodeWebP(_ header: ImageHeader, _ background: ImageRules.Color?) throws -> Image {
    let (width, area) = (header.size.width, header.size.area)
    guard let background else {
      return try Image(header.size) { target in
        guard WebPDecodeRGBInto(webpBytes, bytes.count, target.baseAddress, area * 3, Int32(width * 3)) != nil else {
          throw cannotDecode()
        }
      }
    }
    var pixels = [UInt8](repeating: 0, count: area * 4)
    return try pixels.withUnsafeMutableBufferPointer { pixels in
      guard let rgba = WebPDecodeRGBAInto(webpBytes, bytes.count, pixels.baseAddress, area * 4, Int32(width * 4)) else {
        throw cannotDecode()
      }
      return Image(header.size, rgba: rgba, background: background)
    }
  }

  private func cannotDecode() -> ResNetError {
    // The container tells how long it is.
    if let length = bytes.littleEndian(4, at: 4), length > bytes.count - 8 { return endsEarly() }
    return damaged("the WebP is damaged")
  }
}
