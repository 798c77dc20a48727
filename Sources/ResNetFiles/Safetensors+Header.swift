import ResNetCore

extension Safetensors {
  /// The most axes that an array may have; networks have four.
  static let maximumRank = 32
  /// The most texts that `__metadata__` may hold, since short ones take more memory than bytes of the file.
  static let maximumMetadataCount = 10_000

  init(_ source: ByteSource) throws {
    let header = try Self.headerBytes(of: source)
    var scanner = JSONScanner(header, place: "\(source.place), header")
    guard scanner.next == UInt8(ascii: "{") else { throw scanner.refusal("the header does not begin with '{'") }
    var entries: [Entry] = []
    var metadata: [(key: String, value: String)]?
    try scanner.object { scanner, name in
      if name.utf8.elementsEqual("__metadata__".utf8) {
        guard metadata == nil else { throw scanner.refusal("the header has __metadata__ twice") }
        metadata = try Self.metadata(&scanner)
      } else {
        entries.append(try Self.entry(name, &scanner))
      }
    }
    guard header[scanner.position...].allSatisfy({ $0 == UInt8(ascii: " ") }) else {
      throw scanner.refusal("the header goes on after its JSON")
    }
    if let twice = firstDuplicate(entries.map(\.name)) {
      throw Self.refusal("the tensor \(quoted(twice)) is there twice", at: source.place)
    }
    self.dataStart = 8 + header.count
    try Self.checkLayout(&entries, dataCount: source.count - dataStart, place: source.place)
    self.source = source
    self.entries = entries.sorted { precedes($0.name, $1.name) }
    self.metadata = metadata ?? []
  }

  /// The JSON and its padding, its length checked before memory is taken.
  private static func headerBytes(of source: ByteSource) throws -> [UInt8] {
    guard source.count >= 8 else {
      throw refusal("a safetensors file has at least 8 bytes, this one has \(source.count)", at: source.place)
    }
    let length = try source.read(8, at: 0).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(maximumHeaderLength) else {
      throw ResNetError(
        .data, "a header of \(length) bytes is more than the \(maximumHeaderLength) that safetensors allows",
        at: source.place, remedy: "Give a safetensors file; this is another kind, or damaged")
    }
    guard length <= UInt64(source.count - 8) else {
      throw refusal("the header says \(length) bytes, but only \(source.count - 8) follow", at: source.place)
    }
    return try source.read(Int(length), at: 8)
  }

  private static func metadata(_ scanner: inout JSONScanner) throws -> [(key: String, value: String)] {
    var items: [(key: String, value: String)] = []
    try scanner.object { scanner, key in
      scanner.skipWhitespace()
      guard scanner.next == UInt8(ascii: "\"") else {
        throw scanner.refusal("__metadata__ holds something else than a string under \(quoted(key))")
      }
      guard items.count < maximumMetadataCount else {
        throw scanner.refusal("__metadata__ holds more than \(maximumMetadataCount) texts")
      }
      items.append((key, try scanner.string()))
    }
    if let twice = firstDuplicate(items.map(\.key)) {
      throw scanner.refusal("__metadata__ has \(quoted(twice)) twice")
    }
    return items.sorted { precedes($0.key, $1.key) }
  }

  /// One tensor's `{"dtype": …, "shape": […], "data_offsets": [begin, end]}`, in any order.
  private static func entry(_ name: String, _ scanner: inout JSONScanner) throws -> Entry {
    var type: ElementType?
    var dimensions: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key in
      switch key {
      case "dtype" where type == nil:
        let word = try scanner.string()
        guard let known = ElementType(rawValue: word) else {
          throw scanner.refusal("the tensor \(quoted(name)) has the unknown element type \(quoted(word))")
        }
        type = known
      case "shape" where dimensions == nil:
        dimensions = try naturalNumbers(&scanner, atMost: maximumRank, of: name)
      case "data_offsets" where offsets == nil:
        offsets = try naturalNumbers(&scanner, atMost: 2, of: name)
      default:
        throw scanner.refusal("the tensor \(quoted(name)) has \(quoted(key)) twice, or it is no part of a tensor")
      }
    }
    guard let type, let dimensions, let offsets, offsets.count == 2 else {
      throw scanner.refusal("the tensor \(quoted(name)) lacks its dtype, shape or two data_offsets")
    }
    guard offsets[0] <= offsets[1] else {
      throw scanner.refusal("the tensor \(quoted(name)) ends before it begins")
    }
    let shape = Shape(dimensions)
    let size = (try? shape.checkedCount())?.multipliedReportingOverflow(by: type.byteCount)
    guard let size, !size.overflow, size.partialValue == offsets[1] - offsets[0] else {
      throw scanner.refusal(
        "the tensor \(quoted(name)) of shape \(shape) and type \(type.rawValue) cannot take "
          + "\(offsets[1] - offsets[0]) bytes")
    }
    return Entry(name: name, type: type, shape: shape, byteRange: offsets[0]..<offsets[1])
  }

  private static func naturalNumbers(
    _ scanner: inout JSONScanner, atMost limit: Int, of name: String
  ) throws -> [Int] {
    var numbers: [Int] = []
    try scanner.array { scanner in
      guard numbers.count < limit else {
        throw scanner.refusal("the tensor \(quoted(name)) has a list of more than \(limit) numbers")
      }
      numbers.append(try scanner.naturalNumber())
    }
    return numbers
  }

  /// Checks that the arrays fill the data from its first byte to its last without holes or overlap.
  private static func checkLayout(_ entries: inout [Entry], dataCount: Int, place: String) throws {
    entries.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var end = 0
    for entry in entries {
      guard entry.byteRange.lowerBound == end else {
        let fault = entry.byteRange.lowerBound < end ? "overlaps the one before it" : "leaves a hole before it"
        throw refusal("the tensor \(quoted(entry.name)) \(fault)", at: place)
      }
      end = entry.byteRange.upperBound
    }
    guard end == dataCount else {
      throw refusal("the tensors take \(end) bytes, but \(dataCount) follow the header", at: place)
    }
  }

  private static func refusal(_ message: String, at place: String) -> ResNetError {
    ResNetError(.data, message, at: place, remedy: "Fetch or write the file again: it is damaged or cut short")
  }
}
