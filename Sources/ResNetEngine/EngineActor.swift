import Foundation

/// The one thread that owns the engine.
///
/// OpenMP keeps a pool of threads for each thread that calls it, and settings made on one do not reach the others: all
/// that touches programs and parameters runs here, which the compiler checks.
@globalActor
public actor EngineActor {
  /// The actor of the process.
  public static let shared = EngineActor()

  private let executor = EngineExecutor()

  /// The dedicated thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Runs a piece of work on the engine's thread.
  public static func run<Value: Sendable>(
    _ work: @EngineActor @Sendable () throws -> Value
  ) async rethrows -> Value {
    try await work()
  }
}

/// Runs jobs one after another on a thread of its own.
///
/// `@unchecked` because the compiler does not see that `jobs` is read and written under `condition` alone.
private final class EngineExecutor: SerialExecutor, @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var thread: Thread?

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    defer { condition.unlock() }
    jobs.append(job)
    if thread == nil {
      let made = Thread { [unowned self] in serve() }
      made.name = "resnet-engine"
      made.stackSize = 16 << 20
      thread = made
      made.start()
    }
    condition.signal()
  }

  func checkIsolated() {
    precondition(Thread.current === thread, "the engine is used from a thread that does not own it")
  }

  private func serve() -> Never {
    while true {
      condition.lock()
      while jobs.isEmpty { condition.wait() }
      let job = jobs.removeFirst()
      condition.unlock()
      job.runSynchronously(on: asUnownedSerialExecutor())
    }
  }
}
