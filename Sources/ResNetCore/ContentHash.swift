/// A 64-bit hash of bytes that is the same in every process, taken in one run over them.
///
/// It finds mistakes and damage, not forgeries: every change of a single word changes it, since each step can be undone.
public struct ContentHash: Sendable {
  private var state: UInt64

  /// Begins with a text that says what the bytes are.
  public init(_ text: String) { state = stableHash(text) }

  /// Takes in one word.
  public mutating func combine(_ word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 29
  }

  /// Takes in bytes; their number is not part of the hash.
  public mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    var position = 0
    while position + 8 <= bytes.count {
      combine(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
      position += 8
    }
    while position < bytes.count {
      combine(UInt64(bytes[position]))
      position += 1
    }
  }

  /// Takes in a text and where it ends.
  public mutating func combine(_ text: String) {
    combine(stableHash(text))
    combine(UInt64(text.utf8.count))
  }

  /// The hash as a number.
  public var word: UInt64 { state }

  /// Takes in a tensor: its name, its shape and its values.
  public mutating func combine(_ name: String, _ tensor: Tensor) {
    combine("\(name) \(tensor.shape)")
    tensor.scalars.withUnsafeBytes { combine($0) }
  }

  /// The hash as sixteen hexadecimal digits.
  public var digits: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
