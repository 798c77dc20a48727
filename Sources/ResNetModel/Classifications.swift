import ResNetCore
import ResNetData
import ResNetEngine
import ResNetImages
import Synchronization

/// What a model makes of many pictures, in their order: for each a classification, or why there is none.
///
/// Memory does not grow with the number of pictures. Iterating throws what ends all of it: `CancellationError`, or
/// `ResNetError` of code `unavailable` where memory is missing.
public struct Classifications: AsyncSequence, Sendable {
  /// What became of a picture; the error's place is the picture.
  public typealias Element = Result<Classification, ResNetError>

  let classifier: Classifier
  let pictures: [ImageSource]

  /// Begins with the first picture.
  public func makeAsyncIterator() -> Iterator { Iterator(run: ClassificationRun(classifier, pictures)) }

  /// Gives one result after the other.
  public struct Iterator: AsyncIteratorProtocol {
    let run: ClassificationRun
    private var ready: ArraySlice<Element> = []

    init(run: ClassificationRun) { self.run = run }

    /// The next result; `nil` behind the last one.
    public mutating func next() async throws -> Element? {
      if ready.isEmpty { ready = try await run.next()[...] }
      return ready.popFirst()
    }
  }
}

/// The work of one pass over some pictures, batch by batch.
@EngineActor
final class ClassificationRun {
  private let classifier: Classifier
  private let pictures: [ImageSource]
  private let prepared = PreparedBatches()
  private lazy var batches = begin()

  nonisolated init(_ classifier: Classifier, _ pictures: [ImageSource]) {
    self.classifier = classifier
    self.pictures = pictures
  }

  /// The results of the next batch; none behind the last one.
  func next() throws -> [Classifications.Element] {
    try Task.checkCancellation()
    guard let batch = try batches.next() else { return [] }
    let sizes = prepared.take(batch.number)
    var logits = UnsafeBufferPointer<Float>(start: nil, count: 0)
    if sizes.contains(where: { (try? $0.get()) != nil }) { logits = try self.logits(of: batch) }
    let classes = classifier.model.classes
    return sizes.enumerated().map { slot, size in
      size.flatMap { size in
        let logits = Array(logits[slot * classes.count..<(slot + 1) * classes.count])
        return Result { try Classification(size, logits: logits, classes: classes) }.mapError { error in
          ResNetError(picture: error, at: pictures[batch.number * classifier.batch + slot].name)
        }
      }
    }
  }

  private func logits(of batch: Batch) throws -> UnsafeBufferPointer<Float> {
    let program = try classifier.engine.program(batch: batch.count, purpose: .inference)
    program.take(batch)
    try program.run()
    return program.logits
  }

  /// Lets threads prepare batches.
  private func begin() -> EpochBatches {
    let (classifier, pictures, prepared) = (classifier, pictures, prepared)
    let (size, input) = (classifier.batch, classifier.model.input)
    return EpochBatches(
      range: 0..<(pictures.count + size - 1) / size, capacity: min(size, pictures.count), imageShape: input,
      threads: classifier.loaderThreads, parts: size,
      preparation: BatchPreparation(
        begin: { batch, number in
          let count = min(pictures.count - number * size, size)
          batch.begin(number: number, count: count)
          prepared.begin(number, count: count)
          return count
        },
        fill: { batch, slot in
          let picture = pictures[batch.number * size + slot]
          let result = classifier.prepare(picture, into: batch.places(slot..<slot + 1).images)
          prepared.put(result, in: slot, of: batch.number)
        }))
  }
}

/// What became of the pictures of batches that wait for the engine.
private final class PreparedBatches: Sendable {
  typealias Size = Result<ImageSize, ResNetError>

  private let sizes = Mutex<[Int: [Size?]]>([:])

  func begin(_ number: Int, count: Int) {
    sizes.withLock { $0[number] = [Size?](repeating: nil, count: count) }
  }

  func put(_ size: Size, in slot: Int, of number: Int) { sizes.withLock { $0[number]?[slot] = size } }

  /// Gives them away: memory does not grow with the number of batches.
  func take(_ number: Int) -> [Size] { (sizes.withLock { $0.removeValue(forKey: number) } ?? []).compactMap(\.self) }
}
