import ResNetCore

extension DataSet {
  /// Sixteen hexadecimal digits that identify the images, labels, their order and the classes.
  ///
  /// Reads every byte once (some 30 ms for CIFAR-10). It finds out mistakes, not forgeries.
  public func contentHash() -> String {
    var hash = ContentHash("\(imageShape)|" + classNames.joined(separator: "|"))
    let size = imageShape.count
    storage.withUnsafeBytes { bytes in
      for (row, label) in zip(rows, labels) {
        hash.combine(UInt64(UInt32(bitPattern: label)))
        hash.combine(UnsafeRawBufferPointer(rebasing: bytes[row * size..<(row + 1) * size]))
      }
    }
    return hash.digits
  }
}
