import Foundation

/// Batches that threads prepare, part by part and in any order, and one caller takes in theirs.
///
/// The caller itself prepares what no thread has begun of the batch that it waits for, so that it never waits for a thread
/// that did not start.
///
/// Unchecked, because every variable is touched only between `lock` and `unlock` of the condition.
final class BatchQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private let end: Int
  private let depth: Int
  private let makeBatch: @Sendable () -> Batch
  private let preparation: BatchPreparation

  /// A batch that is being prepared.
  private struct Job {
    let batch: Batch
    let parts: Int
    var filled = 0
    /// The first of its parts that failed.
    var failure: (part: Int, error: any Error)?
  }

  private var jobs: [Int: Job] = [:]
  private var nextToBegin: Int
  private var nextPart = 0
  private var nextToTake: Int
  private var ready: [Int: Result<Batch, any Error>] = [:]
  private var unused: [Batch] = []
  private var stopped = false
  private var threads = 0
  private var times = LoadingTime()

  /// Makes a queue for the batches with the numbers of a range, at most `depth` of them begun and not yet taken.
  init(
    range: Range<Int>, depth: Int, makeBatch: @escaping @Sendable () -> Batch,
    preparation: BatchPreparation
  ) {
    self.end = range.upperBound
    self.nextToBegin = range.lowerBound
    self.nextToTake = range.lowerBound
    self.depth = depth
    self.makeBatch = makeBatch
    self.preparation = preparation
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
      while !stopped, nextToBegin < end, nextPart == 0, nextToBegin >= nextToTake + depth { condition.wait() }
      if stopped || nextToBegin >= end { break }
      prepareNext()
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
    while true {
      while !stopped, nextToBegin == nextToTake { prepareNext() }
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

  /// Lets every thread end after the part that it is at.
  func stop() {
    condition.withLock {
      stopped = true
      condition.broadcast()
    }
  }

  /// Prepares the next part that nobody has begun. Called and left with the lock held, which is given up meanwhile.
  private func prepareNext() {
    let (number, part) = (nextToBegin, nextPart)
    let job = jobs[number] ?? beginJob(number)
    nextPart += 1
    if nextPart == job.parts { (nextToBegin, nextPart) = (number + 1, 0) }
    let failure = unlocked { try preparation.fill(job.batch, part) }
    jobs[number]?.filled += 1
    if let failure, jobs[number]?.failure.map({ part < $0.part }) ?? true { jobs[number]?.failure = (part, failure) }
    if let job = jobs[number], job.filled == job.parts { finish(job, number) }
  }

  private func beginJob(_ number: Int) -> Job {
    let batch = unused.popLast() ?? makeBatch()
    let job = Job(batch: batch, parts: preparation.begin(batch, number))
    jobs[number] = job
    return job
  }

  /// Hands a batch over whose parts are all filled.
  private func finish(_ job: Job, _ number: Int) {
    jobs[number] = nil
    let failure = job.failure?.error ?? unlocked { try preparation.finish(job.batch) }
    ready[number] = failure.map { .failure($0) } ?? .success(job.batch)
    condition.broadcast()
  }

  /// Does some work with the lock given up meanwhile, and counts its time.
  ///
  /// - Returns: what it threw.
  private func unlocked(_ work: () throws -> Void) -> (any Error)? {
    condition.unlock()
    let clock = ContinuousClock()
    let begun = clock.now
    let result = Result { try work() }
    let seconds = (clock.now - begun) / .seconds(1)
    condition.lock()
    times.preparing += seconds
    if case .failure(let error) = result { return error }
    return nil
  }
}
