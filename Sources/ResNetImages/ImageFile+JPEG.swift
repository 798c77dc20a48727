internal import CTurboJPEG
import ResNetCore

/// A decoder of TurboJPEG, which returns errors where libjpeg itself would jump.
private final class JPEGDecoder {
  let handle: tjhandle

  init() throws {
    guard let handle = tjInitDecompress() else {
      throw ResNetError(
        .unavailable, "TurboJPEG cannot begin: there is too little memory", remedy: "Free some memory and try again")
    }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  var message: String { tjGetErrorStr2(handle).map { printable(String(cString: $0)) } ?? "the data is damaged" }

  func decode(
    _ file: ByteView, _ size: ImageSize, _ format: TJPF, flags: Int32, into target: UnsafeMutablePointer<UInt8>?
  ) -> Int32 {
    tjDecompress2(
      handle, file.bytes.bindMemory(to: UInt8.self).baseAddress, UInt(file.count), target, Int32(size.width), 0,
      Int32(size.height), Int32(format.rawValue), TJFLAG_LIMITSCANS | flags)
  }
}

extension ImageFile {
  /// More scans than any encoder makes, each of which can cost the time of a whole picture.
  private static let maximumScans = 100

  func jpegHeader() throws -> ImageHeader {
    let decoder = try JPEGDecoder()
    var (width, height, subsampling, colors) = (Int32(0), Int32(0), Int32(-1), Int32(-1))
    let status = tjDecompressHeader3(
      decoder.handle, bytes.bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), &width, &height,
      &subsampling, &colors)
    // It also fails where it has no name for the proportions of colours to grey, which do not stop it from decoding.
    guard width > 0, height > 0 else {
      throw damaged("the JPEG is damaged: \(status == 0 ? "it holds no picture" : decoder.message)")
    }
    let color: ImageHeader.Color =
      switch colors {
      case Int32(TJCS_GRAY.rawValue): .grey
      case Int32(TJCS_RGB.rawValue), Int32(TJCS_YCbCr.rawValue): .rgb
      case Int32(TJCS_CMYK.rawValue), Int32(TJCS_YCCK.rawValue): .cmyk
      default: throw unsupported("the colours of the JPEG are of a kind that is not known")
      }
    return ImageHeader(
      format: .jpeg, size: ImageSize(width: Int(width), height: Int(height)), color: color, bits: 8,
      isTransparent: false, orientation: JPEGMarkers(bytes, all: false).orientation ?? .up)
  }

  func decodeJPEG(_ header: ImageHeader) throws -> Image {
    guard header.color == .cmyk else {
      return try Image(header.size) { try decodeJPEG(header, TJPF_RGB, into: $0) }
    }
    var inks = [UInt8](repeating: 0, count: header.size.area * 4)
    try inks.withUnsafeMutableBufferPointer { try decodeJPEG(header, TJPF_CMYK, into: $0) }
    return Image(header.size) { target in
      for i in 0..<header.size.area {
        // As Adobe stores them: 255 is no ink.
        let light = inks[4 * i + 3]
        for channel in 0..<3 {
          target[3 * i + channel] = light - multiplied(255 - inks[4 * i + channel], light)
        }
      }
    }
  }

  private func decodeJPEG(
    _ header: ImageHeader, _ format: TJPF, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    if JPEGMarkers(bytes, all: false).isProgressive {
      let scans = JPEGMarkers(bytes, all: true).scans
      guard scans <= Self.maximumScans else {
        throw unsupported("the JPEG has \(scans) scans, more than \(Self.maximumScans)")
      }
    }
    let decoder = try JPEGDecoder()
    guard decoder.decode(bytes, header.size, format, flags: 0, into: target.baseAddress) != 0 else { return }
    // Like Pillow, small damage is passed over, and a file that is cut short is not. Whether all that went wrong is small
    // shows in the message: it stays that of the first warning unless an error follows.
    let message = decoder.message
    guard tjGetErrorCode(decoder.handle) == Int32(TJERR_WARNING.rawValue) else {
      throw damaged("the JPEG is damaged: \(message)")
    }
    guard JPEGMarkers(bytes, all: true).isComplete else { throw endsEarly() }
    var again = [UInt8](repeating: 0, count: target.count)
    _ = again.withUnsafeMutableBufferPointer {
      decoder.decode(bytes, header.size, format, flags: TJFLAG_STOPONWARNING, into: $0.baseAddress)
    }
    guard decoder.message == message else { throw damaged("the JPEG is damaged: \(message)") }
  }
}
