import Foundation
import ResNetCore
import ResNetGraph

/// A network ready to run: a graph, its parameters, and the programs that were compiled for it.
///
/// ```swift
/// let engine = try Engine(graph: graph, seed: 0)
/// let program = try engine.program(batch: 128, purpose: .training)
/// // fill program.input and program.labels
/// try program.run()
/// print(program.loss)
/// ```
@EngineActor
public final class Engine {
  /// What is computed.
  public let graph: Graph
  /// With which numbers.
  public let parameters: Parameters

  private let runtime: OneDNNRuntime
  private let arena: Arena
  private var programs: [Key: (program: Program, lastUse: Int)] = [:]
  private var uses = 0
  private var convolutions: [ConvolutionShape: ConvolutionPrimitives] = [:]

  /// The most programs that are kept: a server meets as many batch sizes as it has requests in a batch, and each analysis
  /// has some purposes of its own.
  static let programLimit = 64

  private struct Key: Hashable {
    var batch: Int
    var purpose: Purpose
    var precision: Precision
    var threads: Int
    var memoryLimit: MemoryLimit?
  }

  /// The most memory that programs may need from here on; where gradients would take more, activations are computed twice.
  /// The bits of all results stay the same. As much as the machine has if `nil`.
  public var memoryLimit: MemoryLimit?

  /// Bytes of memory that its programs run in, taken when they first run.
  public var arenaBytes: Int { arena.size }

  /// Makes an engine with initial parameters, a function of the seed.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where oneDNN or memory is missing.
  public init(graph: Graph, seed: UInt64 = 0) throws {
    runtime = try .shared()
    arena = try Arena()
    self.graph = graph
    parameters = Parameters(graph: graph, seed: seed)
  }

  /// How many threads share the work of all engines; as many as the machine has unless it was set.
  public static func threads() throws -> Int { try OneDNNRuntime.shared().threads }

  /// Sets how many threads share the work of all engines from here on.
  ///
  /// - Throws: `ResNetError` of code `usage` for a number that makes no sense.
  public static func setThreads(_ count: Int) throws {
    // libgomp ends the process where the system refuses it a thread: far more than there are processors is no use.
    let most = max(4 * ProcessInfo.processInfo.processorCount, 16)
    guard (1...most).contains(count) else {
      throw ResNetError(.usage, "\(count) threads are not possible", remedy: "Use 1 to \(most)")
    }
    let runtime = try OneDNNRuntime.shared()
    guard count <= runtime.threadLimit else {
      throw ResNetError(
        .usage, "\(count) threads are more than the environment allows",
        remedy: "Use at most \(runtime.threadLimit), or raise OMP_THREAD_LIMIT")
    }
    runtime.use(threads: count)
  }

  /// The program for a batch and a purpose, compiled when it is first asked for.
  ///
  /// - Throws: `ResNetError` of code `usage` where the purpose names what the network lacks or normalises a single
  ///   value by its own statistics; of code `unavailable` where memory is missing or its limit is too small.
  public func program(batch: Int, purpose: Purpose, precision: Precision = .float32) throws -> Program {
    let key = Key(
      batch: batch, purpose: purpose, precision: precision, threads: runtime.threads, memoryLimit: memoryLimit)
    uses += 1
    if let found = programs[key]?.program {
      programs[key]?.lastUse = uses
      return found
    }
    let program = try bound(planned(batch: batch, purpose: purpose))
    if programs.count >= Self.programLimit, let oldest = programs.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      programs[oldest.key] = nil
      // Programs keep the primitives that they run; oneDNN keeps the code of those that will be asked for again.
      convolutions.removeAll()
    }
    programs[key] = (program, uses)
    return program
  }

  /// What a program would need of memory under the limit; takes none of it.
  ///
  /// - Throws: what `program` throws.
  public func memory(batch: Int, purpose: Purpose) throws -> MemoryNeed {
    try planned(batch: batch, purpose: purpose).need
  }

  /// The program of a given recomputation, whatever the limit says; it is not kept for others.
  func program(batch: Int, purpose: Purpose, recomputation: Recomputation) throws -> Program {
    try bound(planned(batch: batch, purpose: purpose, recomputation))
  }

  private func bound(_ planned: Planned) throws -> Program {
    try arena.grow(to: planned.memory.size)
    let binder = Binder(addresses: planned.memory.offsets.map { arena.start + $0 })
    let steps = try planned.lowering.plan.steps.map { try $0.bind(binder) }
    return Program(planned.lowering, steps: steps, binder: binder, memory: planned.need, arena: arena)
  }

  /// A program but for its addresses.
  struct Planned {
    var lowering: Lowering
    var memory: MemoryPlan

    @EngineActor var need: MemoryNeed {
      MemoryNeed(
        arenaBytes: memory.size, recomputation: lowering.recomputation, recomputedLayers: lowering.recomputedLayers)
    }
  }

  /// Plans a program with as little recomputation as the limit allows.
  private func planned(batch: Int, purpose: Purpose) throws -> Planned {
    guard (1...(1 << 20)).contains(batch) else {
      throw ResNetError(.usage, "a batch of \(batch) is not possible", remedy: "Use 1 or more samples")
    }
    // oneDNN reads the number of threads when it makes primitives, and a program of another number may have run since.
    runtime.activate(runtime.threads)
    let whole = try planned(batch: batch, purpose: purpose, .nothing)
    guard let memoryLimit, whole.memory.size > memoryLimit.arenaBytes else { return whole }
    var smallest = whole.memory.size
    for recomputation in whole.lowering.choices.dropFirst() {
      let next = try planned(batch: batch, purpose: purpose, recomputation)
      if next.memory.size <= memoryLimit.arenaBytes { return next }
      smallest = min(smallest, next.memory.size)
    }
    throw memoryLimit.refusal(smallest: smallest)
  }

  func planned(batch: Int, purpose: Purpose, _ recomputation: Recomputation) throws -> Planned {
    let lowering = try Lowering(
      graph: graph, parameters: parameters, batch: batch, purpose: purpose, recomputation: recomputation,
      runtime: runtime, convolution: { [unowned self] shape in try convolution(shape) })
    try lowering.lower()
    return Planned(lowering: lowering, memory: MemoryPlan(lowering.plan))
  }

  /// The primitives of a shape; programs of one thread count share them.
  private func convolution(_ shape: ConvolutionShape) throws -> ConvolutionPrimitives {
    if let found = convolutions[shape] { return found }
    let made = try ConvolutionPrimitives(shape, runtime)
    convolutions[shape] = made
    return made
  }
}
