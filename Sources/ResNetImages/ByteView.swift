/// Bytes of a file, read without ever leaving them.
struct ByteView {
  let bytes: UnsafeRawBufferPointer

  var count: Int { bytes.count }

  /// One byte; `nil` beyond the end.
  func byte(at offset: Int) -> UInt8? {
    offset >= 0 && offset < bytes.count ? bytes[offset] : nil
  }

  /// Whether the bytes from `offset` on are those of `text`.
  func holds(_ text: String, at offset: Int) -> Bool {
    guard let part = part(offset, text.utf8.count) else { return false }
    return part.bytes.elementsEqual(text.utf8)
  }

  /// A number of up to four bytes, the first one the largest; `nil` where it reaches beyond the end.
  func bigEndian(_ count: Int, at offset: Int) -> Int? {
    part(offset, count)?.bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// A number of up to four bytes, the first one the smallest; `nil` where it reaches beyond the end.
  func littleEndian(_ count: Int, at offset: Int) -> Int? {
    part(offset, count)?.bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// `count` bytes from `offset` on; `nil` where they reach beyond the end.
  func part(_ offset: Int, _ count: Int) -> ByteView? {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
    return ByteView(bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
  }

  /// The bytes from `offset` to the end.
  func from(_ offset: Int) -> ByteView? { part(offset, bytes.count - min(max(offset, 0), bytes.count)) }
}
