import Foundation
import ResNetCore

/// The batches of one epoch, in order, prepared ahead by threads that end with the epoch or when it is let go.
///
/// One thread at a time may ask for batches.
///
/// ```swift
/// let batches = loader.epoch(0)
/// while let batch = try batches.next() { … }
/// ```
public final class EpochBatches {
  private let queue: BatchQueue
  private var last: Batch?

  init(
    range: Range<Int>, capacity: Int, imageShape: Shape, classCount: Int = 0, threads: Int,
    prepare: @escaping @Sendable (Batch, Int) throws -> Void
  ) {
    let queue = BatchQueue(
      range: range, depth: threads + 2,
      makeBatch: { Batch(capacity: capacity, imageShape: imageShape, classCount: classCount) }, prepare: prepare)
    self.queue = queue
    for _ in 0..<min(threads, range.count) { Thread.detachNewThread { queue.work() } }
  }

  deinit { queue.stop() }

  /// The next batch, or nothing at the end of the epoch; waits where none is ready.
  ///
  /// - Throws: what preparing this batch threw; the epoch ends with it.
  public func next() throws -> Batch? {
    if last != nil, isKnownUniquelyReferenced(&last), let batch = last { queue.recycle(batch) }
    last = nil
    last = try queue.take()
    return last
  }

  /// How long preparing has taken since the epoch began, and how long the caller has waited for it.
  public var loadingTime: LoadingTime { queue.loadingTime }

  /// The number of threads that work for this epoch now.
  var activeThreads: () -> Int { { [queue] in queue.activeThreads } }
}
