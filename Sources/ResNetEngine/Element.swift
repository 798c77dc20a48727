import COneDNN
import ResNetKernels

/// How a value of an activation is stored.
enum Element: Hashable, Sendable {
  /// IEEE single precision.
  case float32
  /// The upper half of it: the same range, 8 bits of precision.
  case bfloat16

  /// What a value takes.
  var bytes: Int { self == .bfloat16 ? 2 : 4 }

  /// oneDNN's name for it.
  var dataType: OneDNNDataType { self == .bfloat16 ? .bf16 : .f32 }

  /// The kernels' name for it.
  var kernel: ResNetElement { self == .bfloat16 ? RESNET_BFLOAT16 : RESNET_FLOAT32 }
}
