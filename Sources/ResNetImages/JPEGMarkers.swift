/// The marker segments of a JPEG file, as far as the decoder does not tell of them.
struct JPEGMarkers {
  /// The orientation in EXIF, where there is one.
  private(set) var orientation: ImageOrientation?
  /// Whether the picture is stored in scans that refine one another.
  private(set) var isProgressive = false
  /// How many scans the picture has.
  private(set) var scans = 0
  /// Whether all data of the picture is there, damaged or not: with a marker behind its only scan, or with the marker that
  /// ends a picture behind several.
  private(set) var isComplete = false

  /// The number of colours in the picture, and in its first scan.
  private var channels = 0
  private var channelsOfScan = 0

  private enum Marker {
    static let end: UInt8 = 0xD9
    static let scan: UInt8 = 0xDA
    static let exif: UInt8 = 0xE1
  }

  /// Walks over the markers.
  ///
  /// - Parameter all: goes on into the picture; else only what stands before its first scan is looked at.
  init(_ bytes: ByteView, all: Bool) {
    var position = 2
    while let found = Self.marker(in: bytes, from: position) {
      let marker = bytes.bytes[found]
      position = found + 1
      if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      if marker == Marker.end || scans == 1 && !isProgressive && channelsOfScan == channels { isComplete = true }
      switch marker {
      case Marker.end: return
      case Marker.scan:
        scans += 1
        if scans == 1 { channelsOfScan = Int(bytes.byte(at: position + 2) ?? 0) }
        if !all { return }
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        isProgressive = marker % 4 == 2
        channels = Int(bytes.byte(at: position + 7) ?? 0)
      default: break
      }
      // A length that is none is passed over like other rubbish between markers.
      guard let length = bytes.bigEndian(2, at: position), length >= 2 else { continue }
      if marker == Marker.exif, orientation == nil, let payload = bytes.part(position + 2, length - 2),
        payload.holds("Exif\0\0", at: 0), let block = payload.from(6)
      {
        orientation = ImageOrientation(exif: block)
      }
      position += length
    }
  }

  /// The place of the next byte that makes a marker of the one before it.
  private static func marker(in bytes: ByteView, from start: Int) -> Int? {
    var position = start
    while position < bytes.count - 1 {
      let next = bytes.bytes[position + 1]
      // 0xFF00 is data, and any number of 0xFF may stand before a marker.
      if bytes.bytes[position] == 0xFF, next != 0, next != 0xFF { return position + 1 }
      position += 1
    }
    return nil
  }
}
