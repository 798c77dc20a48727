import ResNetCore

/// The number format of activations and packed weights; masters, statistics and sums are always float32 or wider.
public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
  /// IEEE single precision.
  case float32 = "f32"
  /// The upper half of single precision: its range, 8 bits of significance, half the memory.
  case bfloat16 = "bf16"

  var element: Element { self == .bfloat16 ? .bfloat16 : .float32 }

  /// Those that this processor can compute in, the fastest first.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where no oneDNN serves.
  @EngineActor
  public static func supported() throws -> [Precision] { try OneDNNRuntime.shared().precisions }

  /// Throws where the processor cannot compute in it.
  @EngineActor
  func check(_ runtime: OneDNNRuntime) throws {
    guard runtime.precisions.contains(self) else {
      throw ResNetError(
        .unavailable, "this processor cannot compute in \(rawValue)",
        remedy: "Use \(runtime.precisions.map(\.rawValue).joined(separator: " or "))")
    }
  }
}
