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
    switch entry.type {
    case .float32, .float64, .bfloat16, .float16: break
    default:
      throw ResNetError(
        .data, "the tensor \(quoted(entry.name)) is of type \(entry.type.rawValue)", at: place,
        remedy: "Convert it to F32: F32, F64, F16 and BF16 can be read")
    }
    let scalars = try source.floats(entry.type, count: entry.shape.count, at: dataStart + entry.byteRange.lowerBound)
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
}
