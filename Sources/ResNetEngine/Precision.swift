/// The number format of activations and packed weights; masters, statistics and sums are always float32 or wider.
public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
  /// IEEE single precision.
  case float32 = "f32"
}
