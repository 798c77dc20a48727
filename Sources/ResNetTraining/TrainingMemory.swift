import ResNetCore
import ResNetEngine
import ResNetGraph

/// What a process that trains holds of memory, planned before any program runs; in bytes.
public struct TrainingMemory: Hashable, Sendable, Codable {
  /// Activations, gradients and scratch memory: what programs run in.
  public var arenaBytes: Int
  /// Parameters, and what training gathers beside them.
  public var parameterBytes: Int
  /// The copies of weights in the formats that inference reads; training packs them in what its programs run in.
  public var packedBytes: Int
  /// The optimiser's state.
  public var optimizerBytes: Int
  /// All else: the process's own code, libraries, data, and what it will hold now and then.
  public var otherBytes: Int
  /// What the programs compute twice to need no more memory, in words.
  public var recomputation: String
  /// How many layers' outputs a training step computes twice.
  public var recomputedLayers: Int
  /// The most that the process will hold at once, to about two mebibytes.
  public var totalBytes: Int

  /// What no one counts, as measured: stacks and buffers of the process, and the steps of programs for each layer.
  static func allowance(layers: Int) -> Int { (3 << 20) + layers * (4 << 10) }
}

extension TrainingMemory {
  /// What a training run will hold besides its steps and its data, now and then: batches that are being prepared, and the
  /// model as it is kept and written; in bytes.
  ///
  /// - Parameters:
  ///   - batchBytes: those of one batch.
  ///   - batches: how many batches the loader holds at once.
  ///   - parameterBytes: those of all parameters.
  public static func runBytes(batchBytes: Int, batches: Int = 4, parameterBytes: Int) -> Int {
    batches * batchBytes + modelCopies * parameterBytes + (4 << 20)
  }

  /// How often the model is there while it is kept: as it was, as it is, and as it goes to the disk with its velocities.
  static let modelCopies = 4
}

extension Engine {
  /// A program that is to be planned.
  public struct Wish: Sendable {
    /// Samples in a run.
    public var batch: Int
    /// What it is for.
    public var purpose: Purpose

    /// Makes a wish.
    public init(batch: Int, purpose: Purpose) {
      self.batch = batch
      self.purpose = purpose
    }
  }

  /// Plans programs, and has them compute activations twice where the process would go beyond a limit otherwise; it counts
  /// what the process holds already, so no program may have run. It sets the engine's own `memoryLimit`.
  ///
  /// - Parameters:
  ///   - wishes: the programs, that of a training step first.
  ///   - limit: what the process may hold, in bytes; as much as it needs if `nil`.
  ///   - optimizer: what holds the optimiser's state.
  ///   - laterBytes: what the process will take later on besides.
  /// - Throws: `ResNetError` of code `unavailable` where the limit is too small, with the least that would do; what
  ///   `program` throws.
  public func plan(
    _ wishes: [Wish], within limit: Int?, optimizer: SGD?, laterBytes: Int = 0
  ) throws -> TrainingMemory {
    func needs() throws -> [MemoryNeed] { try wishes.map { try memory(batch: $0.batch, purpose: $0.purpose) } }
    memoryLimit = nil
    // This makes the copies that inference reads and oneDNN's code, so that the process holds all but what programs run in.
    var planned = try needs()
    let allowance = TrainingMemory.allowance(layers: wishes.count * graph.layers.count)
    let besides = Machine.residentMemoryBytes + laterBytes + allowance
    if let limit {
      memoryLimit = MemoryLimit(bytes: limit, otherBytes: besides)
      planned = try needs()
    }
    let arena = planned.map(\.arenaBytes).max() ?? 0
    let (parameters, packed, state) = (parameters.bytes, parameters.packedBytes, optimizer?.bytes ?? 0)
    return TrainingMemory(
      arenaBytes: arena, parameterBytes: parameters, packedBytes: packed, optimizerBytes: state,
      otherBytes: max(besides - parameters - packed - state, 0),
      recomputation: planned.first?.recomputation.description ?? "nothing",
      recomputedLayers: planned.first?.recomputedLayers ?? 0, totalBytes: arena + besides)
  }
}
