import ResNetCore
import ResNetKernels

/// How a batch is divided among threads that work side by side, each from the first step to the last, where samples do
/// not need each other: no thread waits for the others after every step, and what it works on stays in its own caches.
/// What that gives is in `Benchmarks/Results/divided-batches-and-own-kernels.json`.
struct Division {
  /// How many threads work side by side.
  let threads: Int
  /// Samples that a thread works on at once.
  let portion: Int
  /// Into how many portions the batch is divided.
  let portions: Int

  /// Fewer samples at once make too little of the weights that are read for them; more leave the caches.
  private static let portions = 4...8

  /// - Returns: `nil` where all threads are to share every step.
  init?(batch: Int, purpose: Purpose, threads: Int) {
    guard threads > 1, purpose == .inference, batch % threads == 0 else { return nil }
    guard let portion = Self.portions.last(where: { batch / threads % $0 == 0 }) else { return nil }
    self.threads = threads
    self.portion = portion
    portions = batch / portion
  }
}

/// Where the values of a divided program lie: first those that are written and read from outside, for the whole batch,
/// then for each thread what its steps work on.
@EngineActor
struct DividedMemory {
  let division: Division
  /// What the steps of a thread work on.
  private let memory: MemoryPlan
  /// By value that the outside knows: where it begins, and the bytes of a portion.
  private let outer: [Int: (offset: Int, bytes: Int)]
  private let outerBytes: Int
  /// Steps that use those values.
  let outerSteps: [Int]

  init(_ division: Division, _ lowering: Lowering) {
    self.division = division
    let plan = lowering.plan
    let roots = Set([lowering.inputValue, lowering.logitsValue].map { plan.root($0) })
    var outer: [Int: (Int, Int)] = [:]
    var end = 0
    for root in roots.sorted() {
      let bytes = plan.values[root].bytes
      for value in plan.values.indices where plan.root(value) == root { outer[value] = (end, bytes) }
      end += MemoryPlan.rounded(bytes * division.portions)
    }
    self.outer = outer
    outerBytes = end
    outerSteps = plan.steps.indices.filter { plan.steps[$0].uses.contains { outer[$0] != nil } }
    memory = MemoryPlan(plan, outside: roots)
  }

  /// Bytes in all.
  var size: Int { outerBytes + division.threads * memory.size }

  /// The addresses of all values, as a thread sees them that works on a portion.
  func addresses(from start: UnsafeMutableRawPointer, thread: Int, portion: Int) -> [UnsafeMutableRawPointer] {
    let own = start + outerBytes + thread * memory.size
    return memory.offsets.enumerated().map { value, offset in
      outer[value].map { start + $0.offset + portion * $0.bytes } ?? own + offset
    }
  }
}
