import ResNetCore

/// The number format of activations, their gradients and packed weights; masters and their gradients, statistics and sums
/// of products are always float32 or wider.
public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
  /// IEEE single precision.
  case float32 = "f32"
  /// The upper half of single precision: its range, 8 bits of significance, half the memory.
  case bfloat16 = "bf16"
  /// Integers of 8 bits, for inference; a `Quantization` says what they stand for.
  case int8 = "int8"

  /// How values are stored where nothing is said of integers.
  var element: Element { self == .bfloat16 ? .bfloat16 : .float32 }

  /// Those in which this processor can train and infer, the fastest first.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where no oneDNN serves.
  @EngineActor
  public static func supported() throws -> [Precision] { try OneDNNRuntime.shared().precisions }

  /// Whether this processor can compute in it.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where no oneDNN serves.
  @EngineActor
  public func isSupported() throws -> Bool { try OneDNNRuntime.shared().computes(in: self) }

  /// Throws where the processor cannot compute in it.
  @EngineActor
  func check(_ runtime: OneDNNRuntime) throws {
    guard runtime.computes(in: self) else {
      throw ResNetError(
        .unavailable, "this processor cannot compute in \(rawValue)",
        remedy: "Use \(runtime.precisions.map(\.rawValue).joined(separator: " or "))")
    }
  }
}
