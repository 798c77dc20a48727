import Dispatch
import ResNetCore

/// Pictures that the program draws itself: ten shapes, 3×32×32, as many of each, the same for the same seed everywhere.
///
/// Place, size, angle, colours, shading and noise are random and the shape is as often darker as lighter than its
/// background, so that neither a colour nor the mean of a class tells anything: a linear classifier stays far below 50 %,
/// while a small residual network passes 90 % within minutes.
public struct GeneratedDataSet: Sendable {
  /// The training images.
  public let training: DataSet
  /// The test images.
  public let test: DataSet

  /// Draws both sets.
  ///
  /// - Parameters:
  ///   - seed: which pictures are drawn; training and test pictures never share their random numbers.
  ///   - count: the number of training images, at least one.
  ///   - testCount: the number of test images, at least one.
  public init(seed: UInt64 = 1, training count: Int = 10_000, test testCount: Int = 2_000) {
    training = Self.draw("generated training", seed: seed, stream: 0, count: count)
    test = Self.draw("generated test", seed: seed, stream: 1, count: testCount)
  }

  /// Both sets.
  public var splits: DataSplits { DataSplits(name: "generated", training: training, test: test) }

  private static func draw(_ name: String, seed: UInt64, stream: Int, count: Int) -> DataSet {
    precondition(count > 0, "a data set has at least one image")
    let shapes = GeneratedShape.allCases
    let size = GeneratedPicture.side * GeneratedPicture.side * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
      // Every iteration writes a part of its own, and a part depends on nothing but its number.
      nonisolated(unsafe) let base = buffer
      let part = 256
      DispatchQueue.concurrentPerform(iterations: (count + part - 1) / part) { number in
        for index in number * part..<min(count, (number + 1) * part) {
          var random = RandomNumbers(seed: seed, purpose: .generation, epoch: stream, index: UInt64(index))
          GeneratedPicture(shapes[index % shapes.count], &random)
            .draw(into: UnsafeMutableBufferPointer(rebasing: base[index * size..<(index + 1) * size]), &random)
        }
      }
      filled = count * size
    }
    return DataSet(
      trusted: name, imageShape: [3, GeneratedPicture.side, GeneratedPicture.side], pixels: pixels,
      labels: (0..<count).map { Int32($0 % shapes.count) }, classNames: shapes.map(\.rawValue))
  }
}
