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

  /// Begins to prepare batches.
  ///
  /// - Parameters:
  ///   - classCount: the number of classes where batches have target probabilities, else 0.
  ///   - parts: how many threads may share a batch.
  package init(
    range: Range<Int>, capacity: Int, imageShape: Shape, classCount: Int = 0, threads: Int, parts: Int = 1,
    preparation: BatchPreparation
  ) {
    let queue = BatchQueue(
      range: range, depth: Self.depth(threads: threads, parts: parts),
      makeBatch: { Batch(capacity: capacity, imageShape: imageShape, classCount: classCount) }, preparation: preparation
    )
    self.queue = queue
    for _ in 0..<min(threads, range.count * parts) { Thread.detachNewThread { queue.work() } }
  }

  /// How many batches are begun and not yet taken at most: enough to keep all threads busy, and two more.
  static func depth(threads: Int, parts: Int) -> Int { (threads + parts - 1) / parts + 2 }

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
