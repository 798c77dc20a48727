/// The cyclic redundancy check of 32 bits with Castagnoli's polynomial (RFC 3720, section 12.1).
enum CRC32C {
  /// The checksum of `bytes`.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
  }

  /// The checksum as record files keep it: rotated and shifted, so that data that holds checksums itself is checked
  /// as well as any other.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// What eight steps of division by the polynomial make of each byte, lowest bit first.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(byte) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82F6_3B78 }
  }
}
