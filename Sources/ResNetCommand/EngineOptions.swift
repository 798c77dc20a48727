import ArgumentParser
import ResNet

/// How the engine works.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads of the engine; if not given, one a core.", valueName: "number"))
  var threads: Int?

  @Option(help: ArgumentHelp("The kind of numbers.", valueName: "kind"))
  var precision: PrecisionName = .f32

  /// Gives the engine its threads.
  ///
  /// - Parameter recorded: how many to use where the command line does not say.
  /// - Returns: how many there are.
  @discardableResult
  func apply(_ recorded: Int? = nil) async throws -> Int {
    let threads = threads ?? recorded
    return try await EngineActor.run {
      if let threads { try Engine.setThreads(threads) }
      return try Engine.threads()
    }
  }
}

/// The kinds of numbers that the engine can work in.
enum PrecisionName: String, ExpressibleByArgument, CaseIterable {
  case f32
}
