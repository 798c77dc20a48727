import ResNetCore

extension Safetensors {
  /// Writes a file of tensors, and of 8-bit integers behind them, whole or not at all; equal contents give equal bytes.
  ///
  /// Names and keys are in the order of their UTF-8 bytes, and the numbers begin at a multiple of 8 bytes.
  ///
  /// - Parameter type: how the tensors' numbers are written.
  /// - Throws: `ResNetError` of code `inputOutput` where the file cannot be written, `usage` where a tensor is called
  ///   `__metadata__`, a name is there twice, there are too many, or a number is too large for half precision.
  public static func write(
    _ tensors: [String: Tensor], as type: FloatType = .float32, integers: [String: Int8Tensor] = [:],
    metadata: [String: String] = [:], to path: String
  ) throws {
    let arrays = try arrays(tensors, type, integers)
    let header = try header(arrays, metadata: metadata)
    try AtomicFile.write(to: path) { sink in
      try sink.append(header)
      for array in arrays { try array.withLittleEndianBytes { try sink.append($0) } }
    }
  }

  /// The bytes that `write` would put in a file.
  ///
  /// - Throws: `ResNetError` of code `usage` where a tensor is called `__metadata__`, a name is there twice, there are too
  ///   many, or a number is too large for half precision.
  public static func encode(
    _ tensors: [String: Tensor], as type: FloatType = .float32, integers: [String: Int8Tensor] = [:],
    metadata: [String: String] = [:]
  ) throws -> [UInt8] {
    let arrays = try arrays(tensors, type, integers)
    var bytes = try header(arrays, metadata: metadata)
    for array in arrays { array.withLittleEndianBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// What is written under one name.
  private struct NamedArray {
    enum Elements {
      case float32(Tensor)
      case float16(Tensor)
      case int8(Int8Tensor)
    }

    var name: String
    var elements: Elements

    var type: ElementType {
      switch elements {
      case .float32: .float32
      case .float16: .float16
      case .int8: .int8
      }
    }

    var shape: Shape {
      switch elements {
      case .float32(let tensor), .float16(let tensor): tensor.shape
      case .int8(let tensor): tensor.shape
      }
    }

    func withLittleEndianBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
      switch elements {
      case .int8(let tensor): try tensor.scalars.withUnsafeBytes(body)
      case .float32(let tensor): try tensor.withLittleEndianBytes(body)
      case .float16(let tensor):
        try tensor.scalars.map { ElementType.half($0).littleEndian }.withUnsafeBytes(body)
      }
    }
  }

  /// In the order of the file: the larger elements first, so that each array begins at a multiple of their size.
  private static func arrays(
    _ tensors: [String: Tensor], _ type: FloatType, _ integers: [String: Int8Tensor]
  ) throws -> [NamedArray] {
    if let twice = integers.keys.sorted().first(where: { tensors[$0] != nil }) {
      throw ResNetError(
        .usage, "two tensors of a safetensors file are called \(quoted(twice))", remedy: "Give one another name")
    }
    let tensors = tensors.sorted { precedes($0.key, $1.key) }
    if type == .float16 { for (name, tensor) in tensors { try checkHalf(tensor, name) } }
    return tensors.map { name, tensor in
      NamedArray(name: name, elements: type == .float16 ? .float16(tensor) : .float32(tensor))
    }
      + integers.map { NamedArray(name: $0.key, elements: .int8($0.value)) }.sorted { precedes($0.name, $1.name) }
  }

  /// Refuses numbers that would become infinite.
  private static func checkHalf(_ tensor: Tensor, _ name: String) throws {
    guard let large = tensor.scalars.first(where: { $0.isFinite && $0.magnitude >= 65520 }) else { return }
    throw ResNetError(
      .usage, "\(large) is too large for half precision, which ends at 65504", at: name,
      remedy: "Write it in single precision")
  }

  /// The length, the JSON and its padding.
  private static func header(_ arrays: [NamedArray], metadata: [String: String]) throws -> [UInt8] {
    var members: [[UInt8]] = []
    if !metadata.isEmpty {
      let items = metadata.sorted { precedes($0.key, $1.key) }.map {
        jsonString($0.key) + ":".utf8 + jsonString($0.value)
      }
      members.append(Array("\"__metadata__\":{".utf8) + items.joined(separator: ",".utf8) + "}".utf8)
    }
    var offset = 0
    for array in arrays {
      guard !array.name.utf8.elementsEqual("__metadata__".utf8) else {
        throw ResNetError(
          .usage, "no tensor of a safetensors file may be called __metadata__", remedy: "Give it another name")
      }
      let end = offset + array.shape.count * array.type.byteCount
      let sizes = array.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        jsonString(array.name)
          + ":{\"dtype\":\"\(array.type.rawValue)\",\"shape\":[\(sizes)],\"data_offsets\":[\(offset),\(end)]}".utf8)
      offset = end
    }
    var json = Array("{".utf8) + members.joined(separator: ",".utf8) + "}".utf8
    json += Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    guard json.count <= maximumHeaderLength else {
      throw ResNetError(
        .usage, "names and metadata take \(json.count) bytes; safetensors allows \(maximumHeaderLength)",
        remedy: "Write fewer or shorter ones")
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> ($0 * 8)) } + json
  }
}
