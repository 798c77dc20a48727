import ResNetCore

/// A random rectangle that becomes 0, the value of the mean (Zhong et al., "Random erasing data augmentation", 2017):
/// torchvision's `RandomErasing` after normalisation.
public struct RandomErasing: Hashable, Sendable {
  /// How many of the images are concerned, from 0 to 1.
  public var probability: Double
  /// The rectangle's share of the image's area.
  public var scale: ClosedRange<Double>
  /// How many times as many rows as columns the rectangle has.
  public var ratio: ClosedRange<Double>

  /// Makes erasing from its parts; torchvision's by default.
  public init(
    probability: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3
  ) {
    self.probability = probability
    self.scale = scale
    self.ratio = ratio
  }

  /// The rectangle in an image of a size; `nil` where the image stays as it is.
  func region(in whole: ImageSize, _ random: inout RandomNumbers) -> ImageRegion? {
    guard random.fraction() < probability else { return nil }
    for _ in 0..<RandomNumbers.rectangleTries {
      let (height, width) = random.rectangle(of: whole.area, scale: scale, ratio: ratio)
      guard height < whole.height, width < whole.width else { continue }
      let y = random.integer(below: whole.height - height + 1)
      let x = random.integer(below: whole.width - width + 1)
      return ImageRegion(x: x, y: y, size: ImageSize(width: width, height: height))
    }
    return nil
  }
}

extension Augmentation {
  /// Makes the rectangle 0 that one sample loses, if it loses any.
  ///
  /// - Parameters:
  ///   - sample: the image as numbers, of `shape`.
  ///   - shape: `[channels, height, width]`.
  ///   - seed: the run's seed.
  ///   - epoch: the epoch, from 0.
  ///   - number: which sample it is.
  /// - Precondition: `sample` holds `shape.count` elements.
  public func erase(
    _ sample: UnsafeMutableBufferPointer<Float>, shape: Shape, seed: UInt64, epoch: Int, sample number: Int
  ) {
    guard let erasing else { return }
    precondition(shape.rank == 3 && sample.count == shape.count)
    var random = RandomNumbers(seed: seed, purpose: .erasing, epoch: epoch, index: UInt64(number))
    guard let region = erasing.region(in: ImageSize(width: shape[2], height: shape[1]), &random) else { return }
    for channel in 0..<shape[0] {
      for y in region.y..<region.y + region.size.height {
        let start = (channel * shape[1] + y) * shape[2] + region.x
        UnsafeMutableBufferPointer(rebasing: sample[start..<start + region.size.width]).update(repeating: 0)
      }
    }
  }
}
