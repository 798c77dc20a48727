import ResNetCore

extension JSONScanner {
  /// Checks that `text` is one JSON value and nothing else, without equal names in an object and not too deep, so that
  /// Foundation's more lenient reader may have it.
  ///
  /// - Throws: `ResNetError` of code `data` with the place and the position.
  package static func check(
    _ text: String, place: String, maximumDepth: Int = 16, isHandwritten: Bool = false
  ) throws {
    var scanner = JSONScanner(Array(text.utf8), place: place, isHandwritten: isHandwritten)
    try scanner.skipValue(maximumDepth: maximumDepth)
    try scanner.expectEnd()
  }

  /// Steps over one value of any kind, refusing equal names in an object.
  package mutating func skipValue(maximumDepth: Int) throws {
    guard maximumDepth > 0 else { throw refusal("the JSON is nested too deep") }
    skipWhitespace()
    switch next {
    case UInt8(ascii: "{"):
      var names: [String] = []
      try object { scanner, name in
        names.append(name)
        try scanner.skipValue(maximumDepth: maximumDepth - 1)
      }
      if let twice = firstDuplicate(names) { throw refusal("the JSON has \(quoted(twice)) twice in one object") }
    case UInt8(ascii: "["):
      try array { try $0.skipValue(maximumDepth: maximumDepth - 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try skipNumber()
    }
  }

  private mutating func skipNumber() throws {
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    let start = position
    if next == UInt8(ascii: "-") { advance(by: 1) }
    let leadingZero = next == 0x30
    guard isDigit(next) else { throw refusal("the JSON has no value where one is needed") }
    advance(by: 1)
    if !leadingZero { while isDigit(next) { advance(by: 1) } }
    if next == UInt8(ascii: ".") {
      advance(by: 1)
      guard isDigit(next) else { throw refusal("a number of the JSON has no digit after its point") }
      while isDigit(next) { advance(by: 1) }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      advance(by: 1)
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { advance(by: 1) }
      guard isDigit(next) else { throw refusal("a number of the JSON has no digit in its exponent") }
      while isDigit(next) { advance(by: 1) }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw refusal("a number of the JSON is too large") }
  }
}

/// A name that is there twice, compared by UTF-8 bytes; `nil` where all differ.
package func firstDuplicate(_ names: [String]) -> String? {
  let sorted = names.sorted(by: precedes)
  return zip(sorted, sorted.dropFirst()).first { $0.utf8.elementsEqual($1.utf8) }?.0
}
