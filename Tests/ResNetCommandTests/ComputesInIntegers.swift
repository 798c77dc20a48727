import ResNet
import Testing

extension Trait where Self == ConditionTrait {
  /// The test needs a processor that computes in `int8`.
  static var computesInIntegers: Self {
    .enabled("this processor computes in int8") { try await EngineActor.run { try Precision.int8.isSupported() } }
  }
}
