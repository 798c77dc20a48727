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

  let runtime: OneDNNRuntime
  let arena: Arena
  private var programs: [Key: (program: Program, lastUse: Int)] = [:]
  private var uses = 0
  /// What is known of the ways to plan a program, by its key without a limit.
  var surveys: [Key: Survey] = [:]
  /// The program that was planned last, until it is compiled.
  var latest: (key: Key, planned: Planned)?
  private var convolutions: [ConvolutionShape: ConvolutionPrimitives] = [:]

  /// The most programs that are kept: a server meets as many batch sizes as it has requests in a batch, and each analysis
  /// has some purposes of its own.
  static let programLimit = 64

  /// What decides the steps of a program.
  struct Key: Hashable {
    var batch: Int
    var purpose: Purpose
    var threads: Int
    var memoryLimit: MemoryLimit?
  }

  /// The most memory that programs may need from here on; where gradients would take more, activations are computed twice.
  /// The bits of all results stay the same. As much as the machine has if `nil`.
  public var memoryLimit: MemoryLimit?

  /// How its programs store activations and packed weights.
  public let precision: Precision

  /// What integers of 8 bits stand for, where they are used.
  public let quantization: Quantization?

  /// Bytes of memory that its programs run in, taken when they first run.
  public var arenaBytes: Int { arena.size }

  /// Makes an engine with initial parameters, a function of the seed.
  ///
  /// - Parameters:
  ///   - graph: what is computed.
  ///   - seed: what the parameters are drawn from.
  ///   - precision: how activations and packed weights are stored.
  ///   - quantization: what integers stand for, with the precision `int8`; others do not use it.
  /// - Throws: `ResNetError` of code `unavailable` where oneDNN, memory or the precision is missing, `usage` where integers
  ///   are asked for and nothing says what they stand for.
  public init(
    graph: Graph, seed: UInt64 = 0, precision: Precision = .float32, quantization: Quantization? = nil
  ) throws {
    guard precision != .int8 || quantization != nil else {
      throw ResNetError(
        .usage, "nothing says what integers of 8 bits stand for in this network",
        remedy: "Quantise it first, by 'resnet quantize' or a Calibrator")
    }
    runtime = try .shared()
    try precision.check(runtime)
    self.precision = precision
    self.quantization = quantization
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
  public func program(batch: Int, purpose: Purpose) throws -> Program {
    let key = Key(batch: batch, purpose: purpose, threads: runtime.threads, memoryLimit: memoryLimit)
    uses += 1
    if let found = programs[key]?.program {
      programs[key]?.lastUse = uses
      return found
    }
    let program = try bound(planned(batch: batch, purpose: purpose))
    latest = nil
    if programs.count >= Self.programLimit, let oldest = programs.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      programs[oldest.key] = nil
      // Programs keep the primitives that they run; oneDNN keeps the code of those that will be asked for again.
      convolutions.removeAll()
      surveys.removeAll()
    }
    programs[key] = (program, uses)
    return program
  }

  /// The primitives of a shape; programs of one thread count share them.
  func convolution(_ shape: ConvolutionShape) throws -> ConvolutionPrimitives {
    if let found = convolutions[shape] { return found }
    let made = try runtime.with(threads: shape.threads) { try ConvolutionPrimitives(shape, runtime) }
    convolutions[shape] = made
    return made
  }
}
