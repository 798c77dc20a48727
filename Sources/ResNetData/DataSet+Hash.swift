import ResNetCore

extension DataSet {
  /// Sixteen hexadecimal digits that identify the images, labels, their order and the classes.
  ///
  /// Reads every byte once (some 30 ms for CIFAR-10). It finds out mistakes, not forgeries.
  public func contentHash() -> String {
    var hash = stableHash("\(imageShape)|" + classNames.joined(separator: "|"))
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    let size = imageShape.count
    storage.withUnsafeBytes { bytes in
      for (row, label) in zip(rows, labels) {
        mix(UInt64(UInt32(bitPattern: label)))
        var position = row * size
        let end = position + size
        while position + 8 <= end {
          mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
          position += 8
        }
        while position < end {
          mix(UInt64(bytes[position]))
          position += 1
        }
      }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
