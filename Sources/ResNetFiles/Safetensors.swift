import ResNetCore

/// A safetensors file: named arrays and a little text about them, read strictly.
///
/// ```swift
/// let file = try Safetensors(contentsOf: "resnet20.safetensors")
/// for entry in file.entries { print(entry.name, entry.type, entry.shape) }
/// let weight = try file.tensor(named: "conv1.weight")
/// ```
///
/// Opening reads and checks the header alone; numbers are read when they are asked for, so a file costs no more memory
/// than the tensors that are taken out of it. Everything is checked against the size of the file before memory is
/// taken. Names are compared as UTF-8 bytes. The format is that of <https://github.com/huggingface/safetensors>.
public struct Safetensors: Sendable {
  /// One array of the file.
  public struct Entry: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The type of its elements in the file.
    public let type: ElementType
    /// The size along each axis.
    public let shape: Shape
    /// Where its bytes lie, counted from the end of the header.
    public let byteRange: Range<Int>
  }

  /// The longest header that the format allows, in bytes.
  public static let maximumHeaderLength = 100_000_000

  /// The arrays, sorted by the UTF-8 bytes of their names.
  public let entries: [Entry]
  /// The texts of `__metadata__`, sorted by the UTF-8 bytes of their keys.
  public let metadata: [(key: String, value: String)]

  let source: ByteSource
  let dataStart: Int

  /// Opens the file at `path` and checks its header.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no file or it is not a sound safetensors file, `inputOutput`
  ///   where it cannot be read.
  public init(contentsOf path: String) throws {
    try self.init(ByteSource(contentsOf: path))
  }

  /// Checks the header of a whole file in memory; errors call the file `name`.
  ///
  /// - Throws: `ResNetError` of code `data` where it is not a sound safetensors file.
  public init(bytes: [UInt8], name: String) throws {
    try self.init(ByteSource(bytes: bytes, place: name))
  }

  /// The array of this name, compared by UTF-8 bytes; `nil` where there is none.
  public func entry(named name: String) -> Entry? {
    Self.find(name, in: entries, key: \.name)
  }

  /// The text of this key of `__metadata__`, compared by UTF-8 bytes; `nil` where there is none.
  public func metadata(_ key: String) -> String? {
    Self.find(key, in: metadata, key: \.key)?.value
  }

  /// Where the file is, for messages.
  public var place: String { source.place }

  private static func find<Element>(_ name: String, in sorted: [Element], key: (Element) -> String) -> Element? {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if precedes(key(sorted[middle]), name) { low = middle + 1 } else { high = middle }
    }
    guard low < sorted.count, key(sorted[low]).utf8.elementsEqual(name.utf8) else { return nil }
    return sorted[low]
  }
}
