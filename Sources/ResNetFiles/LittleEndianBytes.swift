import ResNetCore

extension Tensor {
  /// Calls `body` with the elements as files have them, lowest byte first; nothing is copied where memory has them so.
  func withLittleEndianBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    #if _endian(little)
      try scalars.withUnsafeBytes(body)
    #else
      try scalars.map(\.bitPattern.littleEndian).withUnsafeBytes(body)
    #endif
  }
}

/// The bytes of `value`, lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
