import ResNetCore

extension Safetensors {
  /// The array of this name as float32.
  ///
  /// - Throws: `ResNetError` of code `data` where there is none or it holds whole numbers, `inputOutput` where the file
  ///   cannot be read.
  public func tensor(named name: String) throws -> Tensor {
    guard let entry = entry(named: name) else {
      throw ResNetError(.data, "there is no tensor \(quoted(name))", at: place, remedy: "Give a file of this network")
    }
    return try tensor(entry)
  }

  /// One of `entries` as float32, bit for bit where it is float32 in the file; float64 is rounded.
  ///
  /// - Throws: `ResNetError` of code `data` where it holds whole numbers or eight-bit ones, `inputOutput` where the file
  ///   cannot be read.
  public func tensor(_ entry: Entry) throws -> Tensor {
    let scalars =
      switch entry.type {
      case .float32: try scalars(entry, UInt32.self) { Float(bitPattern: $0) }
      case .float64: try scalars(entry, UInt64.self) { Float(Double(bitPattern: $0)) }
      case .bfloat16: try scalars(entry, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
      case .float16: try scalars(entry, UInt16.self, Self.float(half:))
      default:
        throw ResNetError(
          .data, "the tensor \(quoted(entry.name)) is of type \(entry.type.rawValue)", at: place,
          remedy: "Convert it to F32: F32, F64, F16 and BF16 can be read")
      }
    return Tensor(shape: entry.shape, scalars: scalars)
  }

  /// One of `entries` as integers.
  ///
  /// - Throws: `ResNetError` of code `data` where it is of another type, `inputOutput` where the file cannot be read.
  public func int8Tensor(_ entry: Entry) throws -> Int8Tensor {
    guard entry.type == .int8 else {
      throw ResNetError(
        .data, "the tensor \(quoted(entry.name)) is of type \(entry.type.rawValue), not I8", at: place,
        remedy: "Give the file as it was written")
    }
    return Int8Tensor(shape: entry.shape, scalars: try bytes(entry).map { Int8(bitPattern: $0) })
  }

  /// The bytes of one of `entries` as they are in the file, little-endian.
  ///
  /// - Throws: `ResNetError` where the file cannot be read.
  public func bytes(_ entry: Entry) throws -> [UInt8] {
    try source.read(entry.byteRange.count, at: dataStart + entry.byteRange.lowerBound)
  }

  /// Reads piece by piece, so that no second copy of a large array is held.
  private func scalars<Bits: FixedWidthInteger>(
    _ entry: Entry, _ type: Bits.Type, _ convert: (Bits) -> Float
  ) throws -> [Float] {
    let size = MemoryLayout<Bits>.size
    let count = entry.byteRange.count / size
    let start = dataStart + entry.byteRange.lowerBound
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count, 1 << 18) * size, alignment: 16)
    defer { piece.deallocate() }
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let taken = min(count - initialized, 1 << 18)
        try source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: piece[..<(taken * size)]), at: start + initialized * size)
        for index in 0..<taken {
          let bits = piece.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
          (buffer.baseAddress! + initialized + index).initialize(to: convert(Bits(littleEndian: bits)))
        }
        initialized += taken
      }
    }
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
}
