extension JSONScanner {
  /// Reads a string, its escapes resolved.
  package mutating func string() throws -> String {
    try expect("\"")
    var content: [UInt8] = []
    while true {
      guard let byte = next else { throw refusal("a string of the JSON does not end") }
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: content, as: UTF8.self) else {
          throw refusal("a string of the JSON is not UTF-8")
        }
        advance(by: 1)
        return string
      case UInt8(ascii: "\\"):
        advance(by: 1)
        try escape(into: &content)
      case 0..<0x20:
        throw refusal("a string of the JSON holds a control character")
      default:
        content.append(byte)
        advance(by: 1)
      }
    }
  }

  private mutating func escape(into content: inout [UInt8]) throws {
    guard let byte = next else { throw refusal("a string of the JSON does not end") }
    advance(by: 1)
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"): content.append(contentsOf: String(try escapedScalar()).utf8)
    default: throw refusal("a string of the JSON has an unknown escape")
    }
  }

  /// One character after `\u`, which may take a second `\u` where it lies beyond 16 bits.
  private mutating func escapedScalar() throws -> Character {
    let first = try fourHexDigits()
    var value = UInt32(first)
    if UTF16.isLeadSurrogate(first) {
      guard next == UInt8(ascii: "\\") else { throw refusal("half a surrogate pair in a string of the JSON") }
      advance(by: 1)
      guard next == UInt8(ascii: "u") else { throw refusal("half a surrogate pair in a string of the JSON") }
      advance(by: 1)
      let second = try fourHexDigits()
      guard UTF16.isTrailSurrogate(second) else { throw refusal("half a surrogate pair in a string of the JSON") }
      value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw refusal("half a surrogate pair in a string of the JSON") }
    return Character(scalar)
  }

  private mutating func fourHexDigits() throws -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw refusal("a \\u of the JSON needs four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      advance(by: 1)
    }
    return value
  }
}

/// A string as JSON: in quotes, with the fewest escapes, always the same bytes.
package func jsonString(_ text: String) -> [UInt8] {
  var result: [UInt8] = [UInt8(ascii: "\"")]
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      result += [UInt8(ascii: "\\"), byte]
    case 0..<0x20:
      result += Array("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
    default:
      result.append(byte)
    }
  }
  return result + [UInt8(ascii: "\"")]
}
