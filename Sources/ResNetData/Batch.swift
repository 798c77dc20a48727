import ResNetCore

/// Some images as a network takes them, with their labels.
///
/// The storage belongs to the batch and is used again for a later one once nobody holds the batch any more.
///
/// Unchecked, because the memory is behind pointers: a batch is filled by the one thread that has it before any other
/// thread can see it, and is only read from then until its last owner has let go.
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

  /// The images, `[count, channels, height, width]`, valid as long as the batch is held.
  public var images: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: imageStorage[..<(count * imageCount)])
  }

  /// The class of each image, valid as long as the batch is held.
  public var labels: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(rebasing: labelStorage[..<count]) }

  /// The probabilities of the classes that each image is to be given, `[count, classes]`, where images are mixed; valid as
  /// long as the batch is held. The labels are then those of the images that the mixed ones began as.
  public var targets: UnsafeBufferPointer<Float>? {
    classCount > 0 ? UnsafeBufferPointer(rebasing: targetStorage[..<(count * classCount)]) : nil
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

  /// Gives the batch new contents; only for a batch that nobody else holds.
  func fill(
    number: Int, count: Int,
    _ body: (_ images: UnsafeMutableBufferPointer<Float>, _ labels: UnsafeMutableBufferPointer<Int32>) throws -> Void
  ) rethrows {
    self.number = number
    self.count = count
    try body(
      UnsafeMutableBufferPointer(rebasing: imageStorage[..<(count * imageCount)]),
      UnsafeMutableBufferPointer(rebasing: labelStorage[..<count]))
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
