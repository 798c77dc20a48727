/// A message in protobuf's wire format (version 3 of the language), written field by field.
///
/// Fields of their default value are left out, as every writer of version 3 does.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case variable = 0
    case eightBytes = 1
    case lengthFirst = 2
    case fourBytes = 5
  }

  mutating func add(_ value: Double, field: UInt64) {
    guard value.bitPattern != 0 else { return }
    begin(field, .eightBytes)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ value: Int64, field: UInt64) {
    guard value != 0 else { return }
    begin(field, .variable)
    addVariable(UInt64(bitPattern: value))
  }

  mutating func add(_ value: String, field: UInt64) {
    guard !value.isEmpty else { return }
    addData(Array(value.utf8), field: field)
  }

  mutating func add(_ value: ProtobufMessage, field: UInt64) { addData(value.bytes, field: field) }

  /// Adds a member of a `oneof`, which is there even where it is 0: it says which member was chosen.
  mutating func add(chosen value: Float, field: UInt64) {
    begin(field, .fourBytes)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds members of a repeated field, which are there even where they are 0, each with its number, as version 2 of the
  /// language has them.
  mutating func add(each values: [Int64], field: UInt64) {
    for value in values {
      begin(field, .variable)
      addVariable(UInt64(bitPattern: value))
    }
  }

  /// Adds the head of a field of `length` bytes, which the caller writes behind it.
  mutating func addHead(ofLength length: Int, field: UInt64) {
    begin(field, .lengthFirst)
    addVariable(UInt64(length))
  }

  private mutating func addData(_ data: [UInt8], field: UInt64) {
    addHead(ofLength: data.count, field: field)
    bytes += data
  }

  private mutating func begin(_ field: UInt64, _ type: WireType) { addVariable(field << 3 | type.rawValue) }

  /// Seven bits a byte, lowest first; the eighth bit says that more follow.
  private mutating func addVariable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
