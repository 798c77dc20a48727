import ArgumentParser
import ResNet

/// `resnet bench`: how fast the engine is on this machine.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the engine's speed on random images.", subcommands: [Training.self, Inference.self])

  /// `resnet bench train`.
  struct Training: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "train", abstract: "Measure steps of training: forward, backward and update.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run(.training) }
  }

  /// `resnet bench infer`.
  struct Inference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "infer", abstract: "Measure evaluation with running statistics.")

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run(.inference) }
  }
}

/// What both measurements take.
struct BenchOptions: ParsableArguments {
  @Option(help: "A network such as resnet20; 'resnet networks' lists them.")
  var network: String

  @Option(help: "Images in a step.")
  var batch = 128

  @Option(help: "The least time to measure for, in seconds.")
  var seconds = 5.0

  @OptionGroup var engine: EngineOptions
  @OptionGroup(title: "Network") var options: NetworkOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run(_ purpose: Purpose) async throws {
    guard seconds >= 0, seconds <= 86_400 else {
      throw ResNetError(.usage, "a measurement of \(seconds) seconds", remedy: "Use 0 to 86400 seconds")
    }
    let architecture = try options.architecture(network)
    let graph = try architecture.graph(classes: architecture.usualClasses)
    try await engine.apply()
    let (batch, seconds) = (batch, seconds)
    let result = try await EngineActor.run {
      try Benchmark(graph, batch: batch, purpose: purpose).measure(seconds: seconds)
    }
    if json {
      Terminal.print(try encoded(result))
    } else {
      Terminal.print(
        "\(architecture.name), batch \(batch): \(fixed(result.imagesPerSecond, 1)) images/s, the median of "
          + "\(result.steps) steps · \(fixed(result.peakMemoryMiB, 0)) MiB · compiled in "
          + "\(fixed(result.compileSeconds, 2)) s")
    }
  }
}
