import Testing

@testable import ResNetFiles

@Suite struct CRC32CTests {
  @Test(
    "Checksums are those of RFC 3720 and of the usual check string",
    arguments: [
      ([], 0), (Array("123456789".utf8), 0xE306_9283),
      (Array(repeating: 0, count: 32), 0x8A91_36AA), (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
    ] as [([UInt8], UInt32)])
  func vectors(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(bytes) == checksum)
  }

  @Test("A masked checksum is rotated by 15 bits and shifted")
  func masked() {
    // 0xE3069283 rotated is 0x2507C60D.
    #expect(CRC32C.masked(Array("123456789".utf8)) == 0x2507_C60D &+ 0xA282_EAD8)
  }
}
