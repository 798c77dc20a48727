/// How the numbers of tensors are written in a file; the raw value is the tool's word for it.
public enum FloatType: String, Hashable, Sendable, CaseIterable {
  /// As they are.
  case float32 = "f32"
  /// In half precision: rounded to the nearest, half the size.
  case float16 = "f16"
}
