import Foundation
import ResNet
import Synchronization

/// What `resnet bench images` measures.
struct PictureWork: Hashable, Codable {
  /// The folder of the pictures.
  var data: String
  /// Width and height of what a network sees.
  var size: Int
  var threads: Int
  /// Whether a random part of a picture is resized, and perhaps mirrored, as in training.
  var augments: Bool

  /// The shorter side before the crop: 256 for 224, and in proportion.
  var resize: Int { size * 8 / 7 }

  /// What is done to a picture.
  func preprocessing() throws -> Preprocessing { try .torchvision(resize: resize, crop: size) }
}

/// Pictures that are read and prepared on some threads, as fast as it goes.
struct PictureBenchmark: Sendable {
  let work: PictureWork
  private let files: [String]
  private let preparation: PicturePreparation

  /// Pictures that are prepared before the time counts.
  private static let warmUp = 16

  /// Finds the pictures.
  ///
  /// - Throws: `ResNetError` of code `data` where there are none.
  init(_ work: PictureWork) throws {
    self.work = work
    files = try PictureArguments.pictures(in: work.data)
    preparation = try PicturePreparation(work.preprocessing(), input: [3, work.size, work.size])
  }

  /// All that is done to one picture; the script that measures others does the same.
  private func prepare(_ number: Int, into input: UnsafeMutableBufferPointer<Float>) throws {
    let image = try Image(contentsOf: files[number % files.count])
    guard work.augments else { return try preparation.write(image, into: input) }
    try preparation.write(
      image, augmentation: .randomResizedCropAndFlip, seed: 0, epoch: 0, sample: number, into: input)
  }

  /// Prepares pictures for some seconds, one after the other and from the first again.
  ///
  /// - Throws: `ResNetError` of code `data` where one cannot be read.
  func measure(seconds: Double) throws -> PictureRate {
    try prepareAll(threads: 1) { $0 < Self.warmUp }
    let start = ContinuousClock.now
    let count = try prepareAll(threads: work.threads) { number in
      number < work.threads || (ContinuousClock.now - start) / .seconds(1) < seconds
    }
    let time = (ContinuousClock.now - start) / .seconds(1)
    return PictureRate(
      work: work, processor: Machine.processor, pictures: count, imagesPerSecond: Double(count) / time,
      peakMemoryMiB: Double(Machine.peakMemoryBytes) / 1_048_576)
  }

  /// Prepares pictures on threads of its own as long as `isWanted` says so of the next one's number.
  ///
  /// - Returns: how many.
  @discardableResult
  private func prepareAll(threads: Int, while isWanted: @escaping @Sendable (Int) -> Bool) throws -> Int {
    let (count, failure, group) = (Shared(0), Shared((any Error)?.none), DispatchGroup())
    for _ in 0..<threads {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        let input = UnsafeMutableBufferPointer<Float>.allocate(capacity: preparation.input.count)
        defer { input.deallocate() }
        do {
          while failure.value.withLock({ $0 == nil }) {
            let number = count.value.withLock { count in
              guard isWanted(count) else { return Int?.none }
              count += 1
              return count - 1
            }
            guard let number else { break }
            try prepare(number, into: input)
          }
        } catch {
          failure.value.withLock { $0 = error }
        }
      }
    }
    group.wait()
    if let error = failure.value.withLock({ $0 }) { throw error }
    return count.value.withLock { $0 }
  }
}

/// A value that several threads change.
private final class Shared<Value: Sendable>: Sendable {
  let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }
}

/// What a measurement came to.
struct PictureRate: Codable {
  var work: PictureWork
  var processor: String
  /// How many were prepared.
  var pictures: Int
  var imagesPerSecond: Double
  var peakMemoryMiB: Double

  /// The result in one line.
  var text: String {
    "\(fixed(imagesPerSecond, 1)) pictures/s to \(work.size)×\(work.size)\(work.augments ? " with random crops" : ""), "
      + "\(counted(work.threads, "thread")) · \(fixed(peakMemoryMiB, 0)) MiB"
  }
}
