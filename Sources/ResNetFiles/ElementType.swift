/// The type of an array's elements in a file; the raw value is safetensors' word for it.
public enum ElementType: String, CaseIterable, Hashable, Sendable {
  /// True or false, in one byte.
  case bool = "BOOL"
  /// An unsigned whole number of 8 bits.
  case uint8 = "U8"
  /// A signed whole number of 8 bits.
  case int8 = "I8"
  /// A float of 5 bits of exponent and 2 of fraction.
  case float8E5M2 = "F8_E5M2"
  /// A float of 4 bits of exponent and 3 of fraction.
  case float8E4M3 = "F8_E4M3"
  /// An unsigned whole number of 16 bits.
  case uint16 = "U16"
  /// A signed whole number of 16 bits.
  case int16 = "I16"
  /// IEEE half precision.
  case float16 = "F16"
  /// The upper half of a float32.
  case bfloat16 = "BF16"
  /// An unsigned whole number of 32 bits.
  case uint32 = "U32"
  /// A signed whole number of 32 bits.
  case int32 = "I32"
  /// IEEE single precision.
  case float32 = "F32"
  /// An unsigned whole number of 64 bits.
  case uint64 = "U64"
  /// A signed whole number of 64 bits.
  case int64 = "I64"
  /// IEEE double precision.
  case float64 = "F64"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}
