/// A 64-bit hash of a string's UTF-8 bytes that is the same in every process (FNV-1a).
///
/// Swift's own `hashValue` differs from run to run; parameters seeded by it would too.
public func stableHash(_ text: String) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 {
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
  }
  return hash
}
