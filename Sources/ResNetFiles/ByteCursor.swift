import ResNetCore

/// Reads a part of a source front to back, little-endian, through a small window.
struct ByteCursor {
  private static let windowSize = 1 << 16

  let source: ByteSource
  /// The position of the next byte, counted from the beginning of the source.
  private(set) var position: Int
  /// Where the part ends.
  let end: Int
  private var window: [UInt8] = []
  private var windowStart = 0

  /// Begins at the first byte of a part; what lies outside of the source is no part of it.
  init(_ source: ByteSource, in range: Range<Int>) {
    self.source = source
    position = min(max(range.lowerBound, 0), source.count)
    end = min(max(range.upperBound, position), source.count)
  }

  /// How many bytes are left.
  var remaining: Int { end - position }

  /// The next byte.
  ///
  /// - Throws: `ResNetError` where there is none, or the file cannot be read.
  mutating func byte() throws -> UInt8 {
    guard position < end else { throw source.endsEarly() }
    if !(windowStart..<windowStart + window.count).contains(position) {
      window = try source.read(min(Self.windowSize, remaining), at: position)
      windowStart = position
    }
    defer { position += 1 }
    return window[position - windowStart]
  }

  /// The next bytes; memory is taken for them only where they are there.
  mutating func bytes(_ count: Int) throws -> [UInt8] {
    guard count >= 0, count <= remaining else { throw source.endsEarly() }
    let bytes = try source.read(count, at: position)
    position += count
    return bytes
  }

  /// Steps over bytes.
  mutating func skip(_ count: Int) throws {
    guard count >= 0, count <= remaining else { throw source.endsEarly() }
    position += count
  }

  /// An unsigned number of 1 to 8 bytes.
  mutating func unsigned(_ size: Int) throws -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(try byte()) << (8 * UInt64(index)) }
    return value
  }

  /// A number of bytes, positions or elements, as formats state them in 1 to 8 bytes.
  ///
  /// - Throws: `ResNetError` where it is more than an `Int` holds.
  mutating func count(_ size: Int) throws -> Int {
    guard let count = Int(exactly: try unsigned(size)) else { throw source.endsEarly() }
    return count
  }
}
