import ArgumentParser
import ResNet

/// How the engine works.
struct EngineOptions: ParsableArguments {
  @OptionGroup var sharing: ThreadsOption

  @Option(
    help: ArgumentHelp(
      "The kind of numbers: f32, bf16 (half the memory), or the faster one on this processor.", valueName: "kind"))
  var precision: PrecisionOption = .auto

  /// How many threads the command line asks for.
  var threads: Int? { sharing.threads }

  /// Gives the engine its threads; see `ThreadsOption.apply`.
  @discardableResult
  func apply(_ recorded: Int? = nil) async throws -> Int { try await sharing.apply(recorded) }

  /// The kind of numbers to compute with.
  ///
  /// - Parameter recorded: which to use where the command line does not say.
  func chosenPrecision(_ recorded: Precision? = nil) async throws -> Precision {
    if let precision = precision.precision ?? recorded { return precision }
    return try await EngineActor.run { try Precision.supported()[0] }
  }

  /// The kind of numbers to compute a model's outputs with: integers where it is quantised and the command line does not
  /// say otherwise.
  func chosenPrecision(for model: Model) async throws -> Precision {
    let hasIntegers = try await EngineActor.run { try model.quantization != nil && Precision.int8.isSupported() }
    return try await chosenPrecision(hasIntegers ? .int8 : nil)
  }
}

/// The kinds of numbers that can be asked for.
enum PrecisionOption: String, ExpressibleByArgument, CaseIterable {
  case auto, f32, bf16

  /// `nil` where the processor is to say.
  var precision: Precision? { Precision(rawValue: rawValue) }
}
