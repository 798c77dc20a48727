import ArgumentParser
import ResNet

/// How the engine works.
struct EngineOptions: ParsableArguments {
  @OptionGroup var sharing: ThreadsOption

  @Option(help: ArgumentHelp("The kind of numbers.", valueName: "kind"))
  var precision: PrecisionName = .f32

  /// How many threads the command line asks for.
  var threads: Int? { sharing.threads }

  /// Gives the engine its threads; see `ThreadsOption.apply`.
  @discardableResult
  func apply(_ recorded: Int? = nil) async throws -> Int { try await sharing.apply(recorded) }
}

/// The kinds of numbers that the engine can work in.
enum PrecisionName: String, ExpressibleByArgument, CaseIterable {
  case f32
}
