import ResNetCore
import ResNetFiles

/// Where a picture comes from.
public enum ImageSource: Hashable, Sendable {
  /// A file, by its path.
  case file(String)
  /// The bytes of a file, as from a pipe, and what errors call it.
  case bytes([UInt8], named: String)

  /// The path, or what errors call the bytes.
  public var name: String {
    switch self {
    case .file(let path): path
    case .bytes(_, let name): name
    }
  }

  /// The bytes of the file.
  func read() throws -> [UInt8] {
    switch self {
    case .file(let path): try BinaryFile.read(path, atMost: Image.maximumFileSize)
    case .bytes(let bytes, _): bytes
    }
  }
}

extension Image {
  /// Reads a picture from where it comes from.
  ///
  /// - Throws: as `init(contentsOf:rules:)`.
  public init(_ source: ImageSource, rules: ImageRules = ImageRules()) throws {
    try self.init(bytes: source.read(), named: source.name, rules: rules)
  }
}
