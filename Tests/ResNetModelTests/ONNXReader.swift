import Foundation

/// The fields of a protobuf message, as a reader that shares nothing with the writer finds them.
struct ProtobufFields {
  enum Value: Equatable {
    case number(UInt64)
    case bits(UInt32)
    case data([UInt8])
  }

  struct Damaged: Error {}

  private(set) var fields: [(number: Int, value: Value)] = []

  init(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    func variable() throws -> UInt64 {
      var (value, shift) = (UInt64(0), UInt64(0))
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      throw Damaged()
    }
    func take(_ count: Int) throws -> [UInt8] {
      guard count <= rest.count else { throw Damaged() }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    while !rest.isEmpty {
      let key = try variable()
      let number = Int(key >> 3)
      switch key & 7 {
      case 0: fields.append((number, .number(try variable())))
      case 2: fields.append((number, .data(try take(Int(try variable())))))
      case 5: fields.append((number, .bits(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })))
      default: throw Damaged()
      }
    }
  }

  func numbers(_ number: Int) -> [Int] {
    fields.compactMap { field in
      if field.number == number, case .number(let value) = field.value { Int(bitPattern: UInt(value)) } else { nil }
    }
  }

  func data(_ number: Int) -> [[UInt8]] {
    fields.compactMap { field in
      if field.number == number, case .data(let bytes) = field.value { bytes } else { nil }
    }
  }

  func texts(_ number: Int) -> [String] { data(number).map { String(decoding: $0, as: UTF8.self) } }

  func messages(_ number: Int) throws -> [ProtobufFields] { try data(number).map(ProtobufFields.init) }
}
