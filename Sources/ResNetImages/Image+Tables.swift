extension Image {
  /// Each byte replaced by what a function makes of it.
  func mapped(_ value: (UInt8) -> UInt8) -> Image {
    let table = (0...255).map { value(UInt8($0)) }
    return mapped(table + table + table)
  }

  /// Each byte replaced by its entry in the table of its channel.
  ///
  /// - Parameter tables: 256 entries for each channel.
  func mapped(_ tables: [UInt8]) -> Image {
    precondition(tables.count == 3 * 256)
    return tables.withUnsafeBufferPointer { tables in
      pixels.withUnsafeBufferPointer { source in
        Image(size) { target in
          for i in stride(from: 0, to: source.count, by: 3) {
            target[i] = tables[Int(source[i])]
            target[i + 1] = tables[256 + Int(source[i + 1])]
            target[i + 2] = tables[512 + Int(source[i + 2])]
          }
        }
      }
    }
  }
}
