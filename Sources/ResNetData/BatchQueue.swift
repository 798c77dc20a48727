import Foundation

/// Batches that threads prepare in any order and one caller takes in theirs.
///
/// A batch that no thread has begun is prepared by the caller itself, so that the caller never waits for a thread that did
/// not start.
///
/// Unchecked, because every variable is touched only between `lock` and `unlock` of the condition.
final class BatchQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private let end: Int
  private let depth: Int
  private let makeBatch: @Sendable () -> Batch
  private let prepare: @Sendable (Batch, Int) throws -> Void

  private var nextToBegin: Int
  private var nextToTake: Int
  private var ready: [Int: Result<Batch, any Error>] = [:]
  private var unused: [Batch] = []
  private var stopped = false
  private var threads = 0
  private var times = LoadingTime()

  /// Makes a queue for the batches with the numbers of a range, at most `depth` of them begun and not yet taken.
  init(
    range: Range<Int>, depth: Int, makeBatch: @escaping @Sendable () -> Batch,
    prepare: @escaping @Sendable (Batch, Int) throws -> Void
  ) {
    self.end = range.upperBound
    self.nextToBegin = range.lowerBound
    self.nextToTake = range.lowerBound
    self.depth = depth
    self.makeBatch = makeBatch
    self.prepare = prepare
  }

  /// The number of threads inside of `work`.
  var activeThreads: Int { condition.withLock { threads } }

  /// How long preparing has taken so far, and how long the caller has waited for it.
  var loadingTime: LoadingTime { condition.withLock { times } }

  /// Prepares batches until none are left to begin; the body of a loader thread.
  func work() {
    condition.lock()
    threads += 1
    while true {
      while !stopped, nextToBegin < end, nextToBegin >= nextToTake + depth { condition.wait() }
      if stopped || nextToBegin >= end { break }
      begin()
    }
    threads -= 1
    condition.broadcast()
    condition.unlock()
  }

  /// The next batch in order, or nothing after the last; throws what its preparation threw.
  func take() throws -> Batch? {
    condition.lock()
    let clock = ContinuousClock()
    let asked = clock.now
    defer {
      times.waiting += (clock.now - asked) / .seconds(1)
      condition.unlock()
    }
    guard !stopped, nextToTake < end else { return nil }
    if nextToBegin == nextToTake { begin() }
    while true {
      if let result = ready.removeValue(forKey: nextToTake) {
        nextToTake += 1
        if case .failure = result { stopped = true }
        condition.broadcast()
        return try result.get()
      }
      condition.wait()
    }
  }

  /// Takes back a batch that nobody uses any more.
  func recycle(_ batch: Batch) {
    condition.withLock { unused.append(batch) }
  }

  /// Lets every thread end after the batch that it is at.
  func stop() {
    condition.withLock {
      stopped = true
      condition.broadcast()
    }
  }

  /// Prepares the next batch that nobody has begun. Called and left with the lock held, which is given up meanwhile.
  private func begin() {
    let number = nextToBegin
    nextToBegin += 1
    let spare = unused.popLast()
    condition.unlock()
    let clock = ContinuousClock()
    let begun = clock.now
    let result = Result {
      let batch = spare ?? makeBatch()
      try prepare(batch, number)
      return batch
    }
    let seconds = (clock.now - begun) / .seconds(1)
    condition.lock()
    times.preparing += seconds
    ready[number] = result
    condition.broadcast()
  }
}
