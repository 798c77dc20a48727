import ResNetCore

/// Reads JSON (RFC 8259) front to back without building a tree, and refuses all that is not JSON.
///
/// Foundation's reader lets the last of two equal names win, goes as deep as its input, and reads `1.0` as an integer;
/// formats that come from outside forbid all of that. This scanner leaves the memory to its caller, so a hostile text
/// costs no more than its own length.
package struct JSONScanner {
  let bytes: [UInt8]
  /// Where errors say they happened: a file or a part of one.
  let place: String
  /// Whether a person wrote the text: then errors count lines, and say that it can be mended.
  let isHandwritten: Bool
  /// The position of the next byte.
  package private(set) var position = 0

  /// Begins at the first byte of a text.
  package init(_ bytes: [UInt8], place: String, isHandwritten: Bool = false) {
    self.bytes = bytes
    self.place = place
    self.isHandwritten = isHandwritten
  }

  /// The next byte, or `nil` at the end.
  package var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The error that `message` describes, at the current position.
  package func refusal(_ message: String) -> ResNetError {
    ResNetError(
      .data, message, at: "\(place), \(isHandwritten ? "line \(line(at: position))" : "byte \(position)")",
      remedy: isHandwritten ? "Mend the file there" : "Fetch or write the file again: it is damaged")
  }

  /// The number of the line that holds a position, from 1.
  func line(at position: Int) -> Int { 1 + bytes[..<position].count { $0 == 0x0A } }

  /// Steps over spaces, tabs and line ends.
  package mutating func skipWhitespace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  /// Steps over whitespace and then over `character`, and says whether it was there.
  package mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Steps over whitespace and `character`.
  package mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else {
      throw refusal(next == nil ? "the JSON ends too early" : "the JSON has no '\(character)' where one is needed")
    }
  }

  /// Steps over whitespace and checks that nothing comes after it.
  package mutating func expectEnd() throws {
    skipWhitespace()
    guard next == nil else { throw refusal("the JSON goes on after its end") }
  }

  /// Reads an object: calls `member` with each name, which must then read the value.
  package mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
    try expect("{")
    if take("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try member(&self, name)
    } while take(",")
    try expect("}")
  }

  /// Reads an array: calls `element` before each element, which must then read it.
  package mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try expect("[")
    if take("]") { return }
    repeat { try element(&self) } while take(",")
    try expect("]")
  }

  /// Reads an integer of 0 or more without sign, fraction or exponent.
  package mutating func naturalNumber() throws -> Int {
    skipWhitespace()
    let start = position
    var value = 0
    while let byte = next, (0x30...0x39).contains(byte) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte - 0x30))
      guard !overflow, !carry else { throw refusal("a number is too large") }
      value = sum
      position += 1
    }
    let digits = position - start
    let continues = next.map { Array("+-.eE".utf8).contains($0) } ?? false
    guard digits > 0, digits == 1 || bytes[start] != 0x30, !continues else {
      throw refusal("an integer of 0 or more is needed")
    }
    return value
  }

  /// Steps over one ASCII word, as in `true`.
  mutating func word(_ word: StaticString) throws {
    for index in 0..<word.utf8CodeUnitCount {
      guard next == word.utf8Start[index] else { throw refusal("the JSON has a word that is not true, false or null") }
      position += 1
    }
  }

  /// Steps over `count` bytes that the caller has looked at.
  mutating func advance(by count: Int) { position += count }
}
