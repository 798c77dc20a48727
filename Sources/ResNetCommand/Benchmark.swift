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
    /// From the graph and its parameters to a program that can run.
    var compileSeconds: Double
    /// What was planned before anything ran.
    var memory: TrainingMemory
  }

  private let program: Program
  private let engine: Engine
  private let optimizer: SGD?
  private let images: [Float]
  private let labels: [Int32]
  private let compileSeconds: Double
  private let memory: TrainingMemory

  init(_ graph: Graph, batch: Int, purpose: Purpose, precision: Precision, memoryLimit: Int? = nil) throws {
    engine = try Engine(graph: graph, precision: precision)
    optimizer = purpose.parameterGradients == .none ? nil : SGD(engine.parameters, recipe: .he2015)
    // What the images will take; the plan refuses a batch that is not possible.
    let (bytes, overflow) = batch.multipliedReportingOverflow(by: graph.inputShape.count * MemoryLayout<Float>.stride)
    let start = ContinuousClock.now
    memory = try engine.plan(
      [.init(batch: batch, purpose: purpose)], within: memoryLimit, optimizer: optimizer,
      laterBytes: overflow ? 0 : max(bytes, 0))
    program = try engine.program(batch: batch, purpose: purpose)
    compileSeconds = (ContinuousClock.now - start) / .seconds(1)
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
    } while (last - start) / .seconds(1) < seconds || times.count < 3
    times.sort()
    return Result(
      imagesPerSecond: Double(program.batch) / times[times.count / 2], steps: times.count,
      peakMemoryMiB: Double(Machine.peakMemoryBytes) / 1_048_576, compileSeconds: compileSeconds,
      memory: memory)
  }

  private func step() throws {
    _ = program.input.update(from: images)
    _ = program.labels.update(from: labels)
    try program.run()
    optimizer?.step(gradients: program.gradients, learningRate: 0.01)
  }
}
