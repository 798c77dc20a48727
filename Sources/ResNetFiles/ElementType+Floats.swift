import ResNetCore

extension ElementType {
  /// Turns as many little-endian elements into floats as `floats` holds; numbers that float32 cannot hold are rounded.
  ///
  /// - Returns: `false`, and nothing is written, where elements of this type cannot be read.
  /// - Precondition: `bytes` holds as many elements.
  func convert(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) -> Bool {
    func each<Bits: FixedWidthInteger>(_ type: Bits.Type, _ convert: (Bits) -> Float) {
      precondition(bytes.count >= floats.count * MemoryLayout<Bits>.size)
      for index in floats.indices {
        let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
        floats.initializeElement(at: index, to: convert(Bits(littleEndian: bits)))
      }
    }
    switch self {
    case .float32: each(UInt32.self) { Float(bitPattern: $0) }
    case .float64: each(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float16: each(UInt16.self, Self.float(half:))
    case .bool: each(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: each(UInt8.self) { Float($0) }
    case .int8: each(Int8.self) { Float($0) }
    case .uint16: each(UInt16.self) { Float($0) }
    case .int16: each(Int16.self) { Float($0) }
    case .uint32: each(UInt32.self) { Float($0) }
    case .int32: each(Int32.self) { Float($0) }
    case .uint64: each(UInt64.self) { Float($0) }
    case .int64: each(Int64.self) { Float($0) }
    case .float8E5M2, .float8E4M3: return false
    }
    return true
  }

  /// IEEE half precision from its bits; by hand, as Swift has no `Float16` on Intel Macs.
  static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0: return sign * Float(fraction) * 0x1p-24
    case 0x1F: return Float(bitPattern: UInt32(bits >> 15) << 31 | 0xFF << 23 | fraction << 13)
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + Float(fraction) * 0x1p-10)
    }
  }

  /// The bits of the half-precision number nearest to a float, of two the even one; too large a number becomes infinite.
  static func half(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    guard !value.isNaN else {
      // The upper bits of what it carries, and the one that keeps it from becoming infinite.
      return sign | 0x7E00 | UInt16(truncatingIfNeeded: value.bitPattern >> 13) & 0x1FF
    }
    let magnitude = value.magnitude
    // Halfway between the greatest number and the power of two after it, which is even.
    guard magnitude < 65520 else { return sign | 0x7C00 }
    // In the unit of the last place that a number of this size has, or of the subnormal ones.
    let exponent = max(magnitude == 0 ? -14 : Int(magnitude.exponent), -14)
    let units = (magnitude / Float(sign: .plus, exponent: exponent - 10, significand: 1)).rounded(.toNearestOrEven)
    // A fraction that was rounded up to 2 carries into the exponent by itself.
    return sign | UInt16(units) + UInt16(exponent + 14) << 10
  }
}

extension ByteSource {
  /// The elements from a position on as floats, read piece by piece, so that no second copy of a large array is held.
  ///
  /// - Throws: `ResNetError` of code `data` where the source ends before, before memory is taken, or where elements of this
  ///   type cannot be read; `inputOutput` where the file cannot be read.
  func floats(_ type: ElementType, count: Int, at offset: Int) throws -> [Float] {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    guard count >= 0, !overflow, offset >= 0, offset <= self.count, byteCount <= self.count - offset else {
      throw endsEarly()
    }
    let pieceCount = min(count, 1 << 18)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceCount * type.byteCount, alignment: 16)
    defer { piece.deallocate() }
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let taken = min(count - initialized, pieceCount)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<(taken * type.byteCount)])
        try read(into: bytes, at: offset + initialized * type.byteCount)
        let floats = UnsafeMutableBufferPointer(rebasing: buffer[initialized..<initialized + taken])
        guard type.convert(UnsafeRawBufferPointer(bytes), into: floats) else {
          throw ResNetError(
            .data, "elements of type \(type.rawValue) cannot be read", at: place, remedy: "Convert them to float32")
        }
        initialized += taken
      }
    }
  }
}
