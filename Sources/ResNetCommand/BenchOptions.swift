import ArgumentParser
import ResNet

/// What both measurements take.
struct BenchOptions: ParsableArguments {
  @Option(
    name: .customLong("network"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Networks such as resnet20 ('resnet networks' lists them), or JSON files. Of several networks, batches and precisions every combination is measured, each in a process of its own.",
      valueName: "network"), completion: .networks)
  var networks: [String]

  @Option(
    name: .customLong("batch"), parsing: .upToNextOption,
    help: ArgumentHelp("Images in a step: one number or several.", valueName: "images"))
  var batches = [128]

  @Option(
    name: .customLong("precision"), parsing: .upToNextOption,
    help: ArgumentHelp("The kind of numbers, or several; int8 is for inference.", valueName: "kind"))
  var precisions = [Precision.float32]

  @Option(help: ArgumentHelp("The least time to measure for.", valueName: "seconds"))
  var seconds = 5.0

  @OptionGroup var sharing: ThreadsOption
  @OptionGroup var options: NetworkOptions
  @OptionGroup var inside: ProfileOptions
  @OptionGroup var peers: PeerOptions

  @Flag(help: "Print JSON: one line a combination.")
  var json = false

  /// The combinations, in the order of the command line.
  func works(_ task: BenchTask, threads: Int) -> [BenchWork] {
    networks.flatMap { network in
      batches.flatMap { batch in
        precisions.map {
          BenchWork(task: task, network: network, batch: batch, precision: $0, threads: threads)
        }
      }
    }
  }

  func validate() throws {
    let isSingle = networks.count == 1 && batches.count == 1 && precisions.count == 1
    guard !inside.isWanted || isSingle else {
      throw ValidationError("A profile is that of one network, batch and precision: give one of each.")
    }
    guard !inside.isWanted || peers.against == nil else {
      throw ValidationError("A profile compares with no one: leave --against or the profile away.")
    }
  }

  func run(_ task: BenchTask, memoryLimit: Int? = nil) async throws {
    guard seconds >= 0, seconds <= 86_400 else {
      throw ResNetError(.usage, "a measurement of \(seconds) seconds", remedy: "Use 0 to 86400 seconds")
    }
    // A name that is wrong is told before anything is measured.
    let architectures = try networks.map { try options.architecture($0) }
    let works = works(task, threads: try await sharing.apply())
    for work in works { try work.check() }
    if let peer = peers.against {
      guard !options.isGiven else {
        throw ResNetError(
          .usage, "a network that was varied has no counterpart elsewhere", at: "--against \(peer.rawValue)",
          remedy: "Leave the options of the network away")
      }
      for work in works { try peer.check(work) }
      try await Interruption.endingOthers { try await compare(peer, works, memoryLimit: memoryLimit) }
    } else if works.count == 1 {
      try await measure(works[0], architectures[0], memoryLimit: memoryLimit)
    } else {
      try await Interruption.endingOthers { try await measure(works, memoryLimit: memoryLimit) }
    }
  }

  private func measure(_ work: BenchWork, _ architecture: Architecture, memoryLimit: Int?) async throws {
    let graph = try architecture.graph(classes: architecture.usualClasses)
    let (seconds, isProfiled) = (seconds, inside.isWanted)
    let (measured, steps, runs) = try await EngineActor.run { () throws -> (BenchResult, [StepTime], Int) in
      let benchmark = try Benchmark(work, graph, memoryLimit: memoryLimit)
      let result = try benchmark.measure(seconds: seconds)
      guard isProfiled else { return (result, [], 0) }
      let (steps, runs) = try benchmark.profile(seconds: seconds)
      return (result, steps, runs)
    }
    var result = measured
    if isProfiled {
      // The program has given its memory back by now.
      let peak = try await EngineActor.run { try MachinePeak.measured(precision: work.precision) }
      result.profile = Profile(steps: steps, runs: runs, peak: peak)
    }
    Terminal.print(json ? try encoded(result) : result.line(network: architecture.name))
    if !json, let profile = result.profile { Terminal.print("\n" + profile.text(result.precision)) }
    if let path = inside.flame { try result.profile?.figure(work).write(to: path) }
  }

  private func measure(_ works: [BenchWork], memoryLimit: Int?) async throws {
    let table = BenchTable(works)
    if !json { Terminal.print(table.heading) }
    for work in works {
      let result = try await measureApart(work, memoryLimit: memoryLimit)
      Terminal.print(json ? try encoded(result) : table.line(result))
    }
  }

  private func compare(_ peer: Peer, _ works: [BenchWork], memoryLimit: Int?) async throws {
    let peer = try PeerProgram(peer, peers)
    try await peer.environment.prepare()
    for (position, work) in works.enumerated() {
      let comparison = try await peer.compare(work, seconds: seconds) {
        try await measureApart(work, memoryLimit: memoryLimit)
      }
      if !json, position > 0 { Terminal.print("") }
      Terminal.print(json ? try encoded(comparison) : comparison.text)
    }
  }

  /// Measures in a process of its own, so that its peak memory is its own too.
  private func measureApart(_ work: BenchWork, memoryLimit: Int?) async throws -> BenchResult {
    let arguments = ["bench", work.task.rawValue] + self.arguments(work, memoryLimit: memoryLimit)
    return try BenchResult(of: work, from: await ChildProcess(ChildProcess.thisProgram, arguments).run())
  }

  /// The options of one combination, as a command line has them.
  func arguments(_ work: BenchWork, memoryLimit: Int?) -> [String] {
    [
      "--network=\(work.network)", "--batch=\(work.batch)", "--precision=\(work.precision.rawValue)",
      "--threads=\(work.threads)", "--seconds=\(seconds)", "--json",
    ] + options.arguments + (memoryLimit.map { ["--memory-limit=\($0)"] } ?? [])
  }
}

/// Whether to look into the steps.
struct ProfileOptions: ParsableArguments {
  @Flag(
    help: "Tell where the time goes, by kind of step and by layer, and how near that is to what the machine can do.")
  var profile = false

  @Option(help: ArgumentHelp("Draw the profile as SVG.", valueName: "file"), completion: .file())
  var flame: String?

  var isWanted: Bool { profile || flame != nil }
}

extension Precision: ExpressibleByArgument {}
