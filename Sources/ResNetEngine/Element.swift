import COneDNN
import ResNetKernels

/// How a value of an activation is stored.
enum Element: Hashable, Sendable {
  /// IEEE single precision.
  case float32
  /// The upper half of it: the same range, 8 bits of precision.
  case bfloat16
  /// A signed integer, of which a layer's scale says what 1 stands for.
  case int8
  /// An unsigned one.
  case uint8

  /// What a value takes.
  var bytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .int8, .uint8: 1
    }
  }

  /// Whether it needs a scale.
  var isInteger: Bool { self == .int8 || self == .uint8 }

  /// oneDNN's name for it.
  var dataType: OneDNNDataType {
    switch self {
    case .float32: .f32
    case .bfloat16: .bf16
    case .int8: .s8
    case .uint8: .u8
    }
  }

  /// The kernels' name for it.
  var kernel: ResNetElement {
    switch self {
    case .float32: RESNET_FLOAT32
    case .bfloat16: RESNET_BFLOAT16
    case .int8: RESNET_INT8
    case .uint8: RESNET_UINT8
    }
  }
}
