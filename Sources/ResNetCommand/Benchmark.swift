import ResNet

/// What a benchmark measures.
enum BenchTask: String, Codable {
  case training = "train"
  case inference = "infer"

  /// What its program is compiled for.
  var purpose: Purpose { self == .training ? .training : .inference }
}

/// One piece of work to measure.
struct BenchWork: Hashable, Codable {
  var task: BenchTask
  /// A name of the catalogue, or a file.
  var network: String
  /// Images in a step.
  var batch: Int
  var precision: Precision
  var threads: Int
}

extension BenchWork {
  /// Refuses work that makes no sense on any machine.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  func check() throws {
    guard task == .inference || precision != .int8 else {
      throw ResNetError(
        .usage, "integers of 8 bits are for inference", at: "--precision \(precision.rawValue)",
        remedy: "Train in f32 or bf16, or use bench infer")
    }
  }
}

extension BenchWork: CustomStringConvertible {
  /// As in `resnet20 train, batch 128, f32, 2 threads`.
  var description: String {
    "\(cell(network)) \(task.rawValue), batch \(batch), \(precision.rawValue), "
      + counted(threads, "thread")
  }
}

/// What a measurement came to.
struct BenchResult: Codable {
  var task: BenchTask
  var network: String
  var batch: Int
  var precision: Precision
  var threads: Int
  /// The batch over the median time of a step.
  var imagesPerSecond: Double
  var steps: Int
  var peakMemoryMiB: Double
  /// From the graph and its parameters to a program that can run.
  var compileSeconds: Double
  /// What was planned before anything ran.
  var memory: TrainingMemory
  /// Where the time goes, if that was asked for.
  var profile: Profile?
}

/// Steps of one kind on one batch of random images, timed one by one.
@EngineActor
struct Benchmark {
  private let work: BenchWork
  private let program: Program
  private let engine: Engine
  private let optimizer: SGD?
  private let compileSeconds: Double
  private let memory: TrainingMemory

  init(_ work: BenchWork, _ graph: Graph, memoryLimit: Int? = nil) throws {
    self.work = work
    engine = try Self.engine(work.precision, graph)
    let purpose = work.task.purpose
    optimizer = purpose.parameterGradients == .none ? nil : SGD(engine.parameters, recipe: .he2015)
    let start = ContinuousClock.now
    memory = try engine.plan([.init(batch: work.batch, purpose: purpose)], within: memoryLimit, optimizer: optimizer)
    program = try engine.program(batch: work.batch, purpose: purpose)
    compileSeconds = (ContinuousClock.now - start) / .seconds(1)
    var random = RandomNumbers(seed: 0, purpose: .testing)
    _ = program.input.update(from: Self.randomNumbers(program.input.count, &random))
    _ = program.labels.update(
      from: (0..<program.labels.count).map { _ in Int32(random.integer(below: graph.outputShape.count)) })
  }

  private static func randomNumbers(_ count: Int, _ random: inout RandomNumbers) -> [Float] {
    (0..<count).map { _ in random.uniform() * 2 - 1 }
  }

  /// An engine with initial parameters; its integers stand for what these make of images like those that are measured.
  private static func engine(_ precision: Precision, _ graph: Graph) throws -> Engine {
    guard precision == .int8 else { return try Engine(graph: graph, precision: precision) }
    let quantization = try quantization(of: graph)
    // What an engine in single precision took is given back, and none of what is measured.
    Machine.forgetPeakMemory()
    return try Engine(graph: graph, precision: precision, quantization: quantization)
  }

  private static func quantization(of graph: Graph) throws -> Quantization {
    let calibrator = Calibrator(try Engine(graph: graph))
    var random = RandomNumbers(seed: 0, purpose: .testing)
    // One image, since all of its activations are held at once: where the system cannot forget how much that was, it is a
    // part of the peak of memory.
    try randomNumbers(graph.inputShape.count, &random).withUnsafeBufferPointer { try calibrator.add($0) }
    return try calibrator.quantization()
  }

  func measure(seconds: Double) throws -> BenchResult {
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
    return BenchResult(
      task: work.task, network: work.network, batch: work.batch, precision: work.precision, threads: work.threads,
      imagesPerSecond: Double(work.batch) / times[times.count / 2], steps: times.count,
      peakMemoryMiB: Double(Machine.peakMemoryBytes) / 1_048_576, compileSeconds: compileSeconds, memory: memory)
  }

  private func step() throws {
    try program.run()
    optimizer?.step(gradients: program.gradients, learningRate: 0.01)
  }
}

extension Benchmark {
  /// More runs than this make a median no better.
  private static let mostRuns = 1000

  /// Steps again, with the time of every part; the medians.
  func profile(seconds: Double) throws -> (steps: [StepTime], runs: Int) {
    var runs: [[StepTime]] = []
    let start = ContinuousClock.now
    repeat {
      runs.append(try profiledStep())
    } while runs.count < 3
      || ((ContinuousClock.now - start) / .seconds(1) < seconds && runs.count < Self.mostRuns)
    return (StepTime.medians(of: runs), runs.count)
  }

  /// One step: the program runs, the parameters are updated.
  private func profiledStep() throws -> [StepTime] {
    let steps = try program.profile()
    guard let optimizer else { return steps }
    // Weights, gradients and velocities are read, weights and velocities written.
    let bytes = 5 * program.gradients.count * MemoryLayout<Float>.stride
    var update = StepTime(kind: "update", bytes: bytes, leastBytes: bytes)
    let end = ContinuousClock.now
    optimizer.step(gradients: program.gradients, learningRate: 0.01)
    update.seconds = (ContinuousClock.now - end) / .seconds(1)
    return steps + [update]
  }
}
