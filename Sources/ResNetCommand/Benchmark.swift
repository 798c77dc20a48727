import ResNet

/// Steps of one kind on random images, timed one by one.
@EngineActor
struct Benchmark {
  /// What a measurement came to.
  struct Result: Encodable {
    /// The batch over the median time of a step.
    var imagesPerSecond: Double
    var steps: Int
    var peakMemoryMiB: Double
    var compileSeconds: Double
  }

  private let program: Program
  private let engine: Engine
  private let optimizer: SGD?
  private let images: [Float]
  private let labels: [Int32]
  private let compileSeconds: Double

  init(_ graph: Graph, batch: Int, purpose: Purpose) throws {
    let start = ContinuousClock.now
    engine = try Engine(graph: graph)
    program = try engine.program(batch: batch, purpose: purpose)
    compileSeconds = (ContinuousClock.now - start) / .seconds(1)
    let recipe = Recipe.he2015
    optimizer = purpose.parameterGradients == .none ? nil : SGD(engine.parameters, recipe: recipe)
    var random = RandomNumbers(seed: 0, purpose: .testing)
    images = (0..<program.input.count).map { _ in random.uniform() * 2 - 1 }
    labels = (0..<program.labels.count).map { _ in Int32(random.integer(below: graph.outputShape.count)) }
  }

  func measure(seconds: Double) throws -> Result {
    for _ in 0..<3 { try step() }
    var times: [Double] = []
    let start = ContinuousClock.now
    var last = start
    repeat {
      try step()
      let now = ContinuousClock.now
      times.append((now - last) / .seconds(1))
      last = now
    } while (last - start) / .seconds(1) < seconds
    times.sort()
    return Result(
      imagesPerSecond: Double(program.batch) / times[times.count / 2], steps: times.count,
      peakMemoryMiB: Double(Machine.peakMemoryBytes) / 1_048_576, compileSeconds: compileSeconds)
  }

  private func step() throws {
    _ = program.input.update(from: images)
    _ = program.labels.update(from: labels)
    try program.run()
    optimizer?.step(gradients: program.gradients, learningRate: 0.01)
  }
}
