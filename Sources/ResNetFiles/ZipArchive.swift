import ResNetCore

/// A zip file: what PyTorch writes and nothing more of the format. Compressed parts are told as such and not unpacked.
///
/// Sizes and positions come from the directory at the end of the file, with the 64-bit extension (PKWARE's APPNOTE 4.3
/// and 4.5.3). Every part is checked against the size of the file before memory is taken.
struct ZipArchive: Sendable {
  /// The longest directory that is read, in bytes: a hundred thousand parts and more.
  static let maximumDirectorySize = 1 << 24

  /// One file within the file.
  struct Part: Sendable {
    var name: String
    /// Where its bytes lie.
    var range: Range<Int>
    /// Whether they have to be unpacked, which nothing here does.
    var isCompressed: Bool
  }

  private static let partSignature: UInt64 = 0x0403_4B50
  private static let directorySignature: UInt64 = 0x0201_4B50
  private static let endSignature: UInt64 = 0x0605_4B50
  private static let end64Signature: UInt64 = 0x0606_4B50
  private static let locator64Signature: UInt64 = 0x0706_4B50
  private static let endSize = 22

  /// The parts, in the order of the directory; no two have the same name.
  let parts: [Part]
  private let places: [String: Int]

  /// Reads the directory.
  ///
  /// - Throws: `ResNetError` of code `data` where the file is damaged, cut short or encrypted, `inputOutput` where it cannot be read.
  init(_ source: ByteSource) throws {
    let directory = try Self.directory(of: source)
    var cursor = ByteCursor(source, in: directory.range)
    var parts: [Part] = []
    for _ in 0..<directory.count { parts.append(try Self.part(&cursor)) }
    guard cursor.remaining == 0 else { throw Self.refusal("its directory is longer than it says", cursor) }
    if let twice = firstDuplicate(parts.map(\.name)) {
      throw ResNetError(.data, "the zip file holds \(quoted(twice)) twice", at: source.place, remedy: Self.remedy)
    }
    self.parts = parts
    places = Dictionary(zip(parts.map(\.name), parts.indices)) { first, _ in first }
  }

  /// The part of this name; `nil` where there is none.
  subscript(name: String) -> Part? { places[name].map { parts[$0] } }

  /// Where the directory lies, and how many parts it says it has.
  private static func directory(of source: ByteSource) throws -> (range: Range<Int>, count: Int) {
    let end = try endOfDirectory(in: source)
    var cursor = ByteCursor(source, in: end..<source.count)
    try cursor.skip(4)
    let disks = try cursor.unsigned(4)
    var (_, count) = (try cursor.count(2), try cursor.count(2))
    var (size, start) = (try cursor.count(4), try cursor.count(4))
    guard disks == 0 else { throw refusal("it goes over several disks", cursor) }
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      cursor = ByteCursor(source, in: max(end - 20, 0)..<end)
      guard try cursor.unsigned(4) == locator64Signature else {
        throw refusal("its 64-bit directory is missing", cursor)
      }
      try cursor.skip(4)
      cursor = ByteCursor(source, in: try cursor.count(8)..<Int.max)
      guard try cursor.unsigned(4) == end64Signature else { throw refusal("its 64-bit directory is missing", cursor) }
      try cursor.skip(28)
      (count, size, start) = (try cursor.count(8), try cursor.count(8), try cursor.count(8))
    }
    // Each part takes 46 bytes of the directory and more.
    guard size <= maximumDirectorySize, start <= end, size <= end - start, count <= size / 46 else {
      throw refusal("its directory of \(count) parts and \(size) bytes does not lie within it", cursor)
    }
    return (start..<start + size, count)
  }

  /// Where the end of the directory begins: behind it there may be a comment of at most 65,535 bytes.
  private static func endOfDirectory(in source: ByteSource) throws -> Int {
    let size = min(source.count, endSize + 0xFFFF)
    let tail = try source.read(size, at: source.count - size)
    for start in stride(from: size - endSize, through: 0, by: -1)
    where tail[start] == 0x50 && tail[start + 1] == 0x4B && tail[start + 2] == 5 && tail[start + 3] == 6 {
      let comment = Int(tail[start + 20]) | Int(tail[start + 21]) << 8
      if start + endSize + comment == size { return source.count - size + start }
    }
    throw ResNetError(
      .data, "the zip file has no directory at its end", at: source.place,
      remedy: "Fetch the file again: it was cut short")
  }

  private static func part(_ cursor: inout ByteCursor) throws -> Part {
    guard try cursor.unsigned(4) == directorySignature else { throw refusal("its directory is damaged", cursor) }
    try cursor.skip(4)
    let (flags, method) = (try cursor.unsigned(2), try cursor.unsigned(2))
    try cursor.skip(8)
    var sizes = (compressed: try cursor.count(4), whole: try cursor.count(4))
    let nameLength = try cursor.count(2)
    var extraLength = try cursor.count(2)
    let commentLength = try cursor.count(2)
    try cursor.skip(8)
    var start = try cursor.count(4)
    guard let name = String(validating: try cursor.bytes(nameLength), as: UTF8.self) else {
      throw refusal("its directory has a name that is not UTF-8", cursor)
    }
    // In this order, and only those that do not fit in 32 bits.
    while extraLength >= 4 {
      let (kind, length) = (try cursor.unsigned(2), try cursor.count(2))
      extraLength -= 4
      guard length <= extraLength else { throw refusal("its directory is damaged", cursor) }
      var left = length
      if kind == 1 {
        for field in [\(compressed: Int, whole: Int).whole, \.compressed]
        where sizes[keyPath: field] == 0xFFFF_FFFF && left >= 8 {
          sizes[keyPath: field] = try cursor.count(8)
          left -= 8
        }
        if start == 0xFFFF_FFFF, left >= 8 {
          start = try cursor.count(8)
          left -= 8
        }
      }
      try cursor.skip(left)
      extraLength -= length
    }
    try cursor.skip(extraLength + commentLength)
    guard flags & 1 == 0 else { throw refusal("its part \(quoted(name)) is encrypted", cursor) }
    return Part(
      name: name, range: try range(of: name, at: start, size: sizes.compressed, cursor),
      isCompressed: method != 0 || sizes.compressed != sizes.whole)
  }

  /// Where a part's bytes lie: behind a header of its own, whose extra field PyTorch fills up to align them.
  private static func range(of name: String, at start: Int, size: Int, _ directory: ByteCursor) throws -> Range<Int> {
    let source = directory.source
    var cursor = ByteCursor(source, in: start..<Int.max)
    guard cursor.remaining >= 30 else { throw refusal("its part \(quoted(name)) does not lie within it", directory) }
    let header = try cursor.bytes(30)
    let signature = header[..<4].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard signature == partSignature else {
      throw refusal("its part \(quoted(name)) is not where the directory says", directory)
    }
    let nameLength = Int(header[26]) | Int(header[27]) << 8
    let extraLength = Int(header[28]) | Int(header[29]) << 8
    let first = cursor.position + nameLength + extraLength
    guard first <= source.count, size <= source.count - first else {
      throw refusal("its part \(quoted(name)) does not lie within it", directory)
    }
    return first..<first + size
  }

  private static let remedy = "Fetch or save the file again: it is damaged"

  private static func refusal(_ message: String, _ cursor: ByteCursor) -> ResNetError {
    ResNetError(
      .data, "the zip file is damaged: \(message)", at: "\(cursor.source.place), byte \(cursor.position)",
      remedy: remedy)
  }
}
