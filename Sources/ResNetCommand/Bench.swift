import ArgumentParser
import ResNet

/// `resnet bench`: how fast the engine is on this machine.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the engine's speed on random images.",
    discussion: """
      The rate is that of the median step, so that a busy moment of the machine
      does not count.

        resnet bench train --network resnet20 --batch 128 --threads 2
        resnet bench infer --network resnet50 --batch 1
      """,
    subcommands: [Training.self, Inference.self])

  /// `resnet bench train`.
  struct Training: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "train", abstract: "Measure steps of training: forward, backward and update.",
      usage: "resnet bench train --network <network> [<options>]",
      discussion: """
          resnet bench train --network resnet20
          resnet bench train --network resnet50 --batch 16 --seconds 30 --json
          resnet bench train --network resnet1202 --memory-limit 3GiB
        """)

    @OptionGroup var options: BenchOptions
    @OptionGroup var memory: MemoryOption

    func run() async throws { try await options.run(.training, memoryLimit: memory.memoryLimit) }
  }

  /// `resnet bench infer`.
  struct Inference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "infer", abstract: "Measure evaluation with running statistics.",
      usage: "resnet bench infer --network <network> [<options>]",
      discussion: """
          resnet bench infer --network resnet20
          resnet bench infer --network resnet50 --batch 1 --threads 1
        """)

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run(.inference) }
  }
}

/// What both measurements take.
struct BenchOptions: ParsableArguments {
  @Option(help: "A network such as resnet20 ('resnet networks' lists them), or a JSON file.", completion: .networks)
  var network: String

  @Option(help: ArgumentHelp("Images in a step.", valueName: "images"))
  var batch = 128

  @Option(help: ArgumentHelp("The least time to measure for.", valueName: "seconds"))
  var seconds = 5.0

  @OptionGroup var engine: EngineOptions
  @OptionGroup var options: NetworkOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run(_ purpose: Purpose, memoryLimit: Int? = nil) async throws {
    guard seconds >= 0, seconds <= 86_400 else {
      throw ResNetError(.usage, "a measurement of \(seconds) seconds", remedy: "Use 0 to 86400 seconds")
    }
    let architecture = try options.architecture(network)
    let graph = try architecture.graph(classes: architecture.usualClasses)
    try await engine.apply()
    let (batch, seconds, precision) = (batch, seconds, try await engine.chosenPrecision())
    let result = try await EngineActor.run {
      try Benchmark(graph, batch: batch, purpose: purpose, precision: precision, memoryLimit: memoryLimit).measure(
        seconds: seconds)
    }
    if json {
      Terminal.print(try encoded(result))
    } else {
      Terminal.print(
        "\(architecture.name), batch \(batch), \(precision.rawValue): \(fixed(result.imagesPerSecond, 1)) images/s, the median of "
          + "\(result.steps) steps · \(fixed(result.peakMemoryMiB, 0)) MiB · compiled in "
          + "\(fixed(result.compileSeconds, 2)) s · computes \(result.memory.recomputation) twice")
    }
  }
}
