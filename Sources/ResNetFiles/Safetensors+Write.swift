import ResNetCore

extension Safetensors {
  /// Writes a file of float32 tensors, whole or not at all; equal contents give equal bytes.
  ///
  /// Names and keys are in the order of their UTF-8 bytes, and the numbers begin at a multiple of 8 bytes.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where the file cannot be written, `usage` where a tensor is called
  ///   `__metadata__` or there are too many.
  public static func write(_ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String) throws {
    let sorted = tensors.sorted { precedes($0.key, $1.key) }
    let header = try header(sorted, metadata: metadata)
    try AtomicFile.write(to: path) { sink in
      try sink.append(header)
      for (_, tensor) in sorted { try withLittleEndianBytes(tensor) { try sink.append($0) } }
    }
  }

  /// The bytes that `write` would put in a file.
  ///
  /// - Throws: `ResNetError` of code `usage` where a tensor is called `__metadata__` or there are too many.
  public static func encode(_ tensors: [String: Tensor], metadata: [String: String] = [:]) throws -> [UInt8] {
    let sorted = tensors.sorted { precedes($0.key, $1.key) }
    var bytes = try header(sorted, metadata: metadata)
    for (_, tensor) in sorted { withLittleEndianBytes(tensor) { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// The length, the JSON and its padding.
  private static func header(_ tensors: [(key: String, value: Tensor)], metadata: [String: String]) throws -> [UInt8] {
    var members: [[UInt8]] = []
    if !metadata.isEmpty {
      let items = metadata.sorted { precedes($0.key, $1.key) }.map {
        jsonString($0.key) + ":".utf8 + jsonString($0.value)
      }
      members.append(Array("\"__metadata__\":{".utf8) + items.joined(separator: ",".utf8) + "}".utf8)
    }
    var offset = 0
    for (name, tensor) in tensors {
      guard !name.utf8.elementsEqual("__metadata__".utf8) else {
        throw ResNetError(
          .usage, "no tensor of a safetensors file may be called __metadata__", remedy: "Give it another name")
      }
      let end = offset + tensor.scalars.count * ElementType.float32.byteCount
      let sizes = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        jsonString(name) + ":{\"dtype\":\"F32\",\"shape\":[\(sizes)],\"data_offsets\":[\(offset),\(end)]}".utf8)
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

  private static func withLittleEndianBytes(_ tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows
  {
    #if _endian(little)
      try tensor.scalars.withUnsafeBytes(body)
    #else
      try tensor.scalars.map(\.bitPattern.littleEndian).withUnsafeBytes(body)
    #endif
  }
}
