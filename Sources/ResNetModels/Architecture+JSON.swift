import Foundation
import ResNetCore

extension Architecture {
  static let remedy = "Check the file that describes the network"

  /// The most bytes of JSON that a description may have.
  public static let maximumJSONSize = 1 << 17

  /// Reads the JSON of a description, as it stands in a model's file.
  ///
  /// - Throws: `ResNetError` of code `data` where it is not one.
  public init(json: String) throws {
    guard json.utf8.count <= Self.maximumJSONSize else {
      throw ResNetError(
        .data, "the description has \(json.utf8.count) bytes", at: "architecture",
        remedy: "Use at most \(Self.maximumJSONSize) bytes")
    }
    do {
      self = try JSONDecoder().decode(Architecture.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw ResNetError(decoding: error, at: "architecture", remedy: Self.remedy)
    }
  }

  /// The description as JSON in one line, keys sorted: equal networks give equal bytes.
  ///
  /// - Throws: `ResNetError` of code `usage` where the parts do not fit together.
  public func json() throws -> String {
    try validate()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The description as JSON for people: what fits in a line of 80 columns stands in one.
  ///
  /// - Throws: `ResNetError` of code `usage` where the parts do not fit together.
  public func formattedJSON() throws -> String {
    var layout = JSONLayout(try json())
    return layout.value(indentation: 0)
  }
}

/// Breaks compact JSON, as Foundation writes it, into lines.
struct JSONLayout {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The next value: objects and arrays in one line where they fit behind `indentation` spaces and their key.
  mutating func value(indentation: Int, key: String = "") -> String {
    guard let close = [UInt8(ascii: "{"): UInt8(ascii: "}"), UInt8(ascii: "["): UInt8(ascii: "]")][bytes[position]]
    else { return key + scalar() }
    let open = Character(Unicode.Scalar(bytes[position]))
    var parts: [String] = []
    repeat {
      position += 1
      guard bytes[position] != close else { break }
      let isMember = open == "{"
      let key = isMember ? scalar() + ": " : ""
      if isMember { position += 1 }
      parts.append(value(indentation: indentation + 2, key: key))
    } while bytes[position] != close
    position += 1
    let end = String(Unicode.Scalar(close))
    let line = "\(key)\(open)\(parts.joined(separator: ", "))\(end)"
    // The whole description has a line for each of its parts, however few.
    if indentation > 0, indentation + line.count < 80, !line.contains("\n") { return line }
    let inner = "\n" + String(repeating: " ", count: indentation + 2)
    return
      "\(key)\(open)\(inner)\(parts.joined(separator: ",\(inner)"))\n\(String(repeating: " ", count: indentation))\(end)"
  }

  /// A text with its quotes, or what stands up to the next mark.
  private mutating func scalar() -> String {
    let start = position
    if bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
      position += 1
    } else {
      while !",:]}".utf8.contains(bytes[position]) { position += 1 }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }
}
