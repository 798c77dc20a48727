import ResNetCore

/// Some images as a network takes them, with their labels.
///
/// The storage belongs to the batch and is used again for a later one once nobody holds the batch any more.
///
/// Unchecked, because the memory is behind pointers: a batch is filled before its taker can see it, each part of it by one
/// thread alone, and is only read from then until its last owner has let go.
public final class Batch: @unchecked Sendable {
  /// The number of the batch in its epoch, from 0.
  public private(set) var number = 0
  /// The number of images.
  public private(set) var count = 0

  private let imageCount: Int
  private let imageStorage: UnsafeMutableBufferPointer<Float>
  private let labelStorage: UnsafeMutableBufferPointer<Int32>
  private let classCount: Int
  private let targetStorage: UnsafeMutableBufferPointer<Float>

  /// The images, `[count, channels, height, width]`.
  public var images: Values<Float> {
    Values(self, UnsafeBufferPointer(rebasing: imageStorage[..<(count * imageCount)]))
  }

  /// The class of each image, `[count]`.
  public var labels: Values<Int32> { Values(self, UnsafeBufferPointer(rebasing: labelStorage[..<count])) }

  /// The probabilities of the classes that each image is to be given, `[count, classes]`, where images are mixed. The labels
  /// are then those of the images that the mixed ones began as.
  public var targets: Values<Float>? {
    classCount > 0 ? Values(self, UnsafeBufferPointer(rebasing: targetStorage[..<(count * classCount)])) : nil
  }

  /// Makes an empty batch; without target probabilities where the number of classes is 0.
  init(capacity: Int, imageShape: Shape, classCount: Int = 0) {
    imageCount = imageShape.count
    self.classCount = classCount
    targetStorage = .allocate(capacity: capacity * classCount)
    targetStorage.initialize(repeating: 0)
    imageStorage = .allocate(capacity: capacity * imageCount)
    labelStorage = .allocate(capacity: capacity)
    imageStorage.initialize(repeating: 0)
    labelStorage.initialize(repeating: 0)
  }

  deinit {
    imageStorage.deallocate()
    labelStorage.deallocate()
    targetStorage.deallocate()
  }

  /// Makes the batch ready for new contents; only for a batch that nobody else holds.
  package func begin(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  /// The places of some images of the batch; only for whoever fills them.
  package func places(
    _ slots: Range<Int>
  ) -> (images: UnsafeMutableBufferPointer<Float>, labels: UnsafeMutableBufferPointer<Int32>) {
    (
      UnsafeMutableBufferPointer(
        rebasing: imageStorage[slots.lowerBound * imageCount..<slots.upperBound * imageCount]),
      UnsafeMutableBufferPointer(rebasing: labelStorage[slots])
    )
  }

  /// Changes the contents and gives them target probabilities; only for a batch that nobody else holds.
  func mix(
    _ body: (_ images: UnsafeMutableBufferPointer<Float>, _ targets: UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    body(
      UnsafeMutableBufferPointer(rebasing: imageStorage[..<(count * imageCount)]),
      UnsafeMutableBufferPointer(rebasing: targetStorage[..<(count * classCount)]))
  }
}

extension Batch {
  /// Numbers of a batch, one after another: they hold the batch, so that its storage stays theirs for as long as they are
  /// held.
  ///
  /// Unchecked for the reason that the batch is.
  public struct Values<Element: BitwiseCopyable & Sendable>: RandomAccessCollection, @unchecked Sendable {
    private let batch: Batch
    private let buffer: UnsafeBufferPointer<Element>

    fileprivate init(_ batch: Batch, _ buffer: UnsafeBufferPointer<Element>) {
      self.batch = batch
      self.buffer = buffer
    }

    /// 0.
    public var startIndex: Int { 0 }
    /// How many there are.
    public var endIndex: Int { buffer.count }

    /// One of them.
    public subscript(position: Int) -> Element { withExtendedLifetime(batch) { buffer[position] } }

    /// Lends them as they lie in memory; the pointer is good within the closure alone.
    public func withUnsafeBufferPointer<Result, Failure: Error>(
      _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      defer { withExtendedLifetime(batch) {} }
      return try body(buffer)
    }

    /// The same, for the algorithms of the standard library.
    public func withContiguousStorageIfAvailable<Result>(
      _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
      defer { withExtendedLifetime(batch) {} }
      return try body(buffer)
    }
  }
}
