import ArgumentParser
import ResNet

/// How many threads share the engine's work.
struct ThreadsOption: ParsableArguments {
  @Option(help: ArgumentHelp("Threads of the engine; if not given, one a core.", valueName: "number"))
  var threads: Int?

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

/// How many threads prepare images for training.
struct LoaderThreadsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads that prepare images; they change the speed alone (default: 1, and of pictures one a core).",
      valueName: "number"))
  var loaderThreads: Int?
}
