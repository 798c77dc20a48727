import ResNetCore
import ResNetImages

/// Sums over all images of a set, exact because they are whole numbers.
private struct PixelSums {
  /// The sum of the bytes at each pixel.
  var values: [UInt64]
  /// The sum of the squared bytes of each channel.
  var squares: [UInt64]

  init(_ dataSet: DataSet) {
    let size = dataSet.imageShape.count
    let area = dataSet.imageShape[1] * dataSet.imageShape[2]
    var values = [UInt64](repeating: 0, count: size)
    var squares = [UInt64](repeating: 0, count: dataSet.imageShape[0])
    dataSet.storage.withUnsafeBufferPointer { bytes in
      values.withUnsafeMutableBufferPointer { values in
        for row in dataSet.rows {
          for channel in squares.indices {
            var sum: UInt64 = 0
            for pixel in channel * area..<(channel + 1) * area {
              let byte = UInt64(bytes[row &* size &+ pixel])
              values[pixel] &+= byte
              sum &+= byte &* byte
            }
            squares[channel] &+= sum
          }
        }
      }
    }
    self.values = values
    self.squares = squares
  }
}

extension DataSet {
  /// The mean and standard deviation of each channel over all images, on the scale [0, 1].
  public func channelStatistics() -> (mean: [Double], deviation: [Double]) {
    let sums = PixelSums(self)
    let area = imageShape[1] * imageShape[2]
    let pixels = Double(count * area)
    let means = (0..<imageShape[0]).map { channel in
      Double(sums.values[channel * area..<(channel + 1) * area].reduce(0, +)) / pixels
    }
    let deviations = zip(means, sums.squares).map { mean, squares in
      max(0, Double(squares) / pixels - mean * mean).squareRoot() / 255
    }
    return (means.map { $0 / 255 }, deviations)
  }

  /// The mean image, `[channels, height, width]`, and the standard deviation of each channel around it, on the scale
  /// [0, 1].
  public func pixelStatistics() -> (mean: Tensor, deviation: [Double]) {
    let sums = PixelSums(self)
    let area = imageShape[1] * imageShape[2]
    let means = sums.values.map { Double($0) / Double(count) }
    let deviations = sums.squares.indices.map { channel in
      let squaredMeans = means[channel * area..<(channel + 1) * area].reduce(0) { $0 + $1 * $1 }
      return max(0, (Double(sums.squares[channel]) / Double(count) - squaredMeans) / Double(area)).squareRoot() / 255
    }
    return (Tensor(shape: imageShape, scalars: means.map { Float($0 / 255) }), deviations)
  }
}

extension Preprocessing {
  /// Subtracts each channel's mean over a set of images and divides by its standard deviation.
  public static func perChannel(of dataSet: DataSet) throws -> Preprocessing {
    let (mean, deviation) = dataSet.channelStatistics()
    return try Preprocessing(mean: mean, deviation: deviation.map(orOne))
  }

  /// Subtracts the mean image of a set, as He et al. (2015) do for CIFAR-10, and divides by the standard deviation of
  /// each channel around it.
  ///
  /// The paper states the subtraction alone. The division gives inputs of variance 1, which the initialisation takes for
  /// granted; behind batch normalisation it changes nothing.
  public static func perPixel(of dataSet: DataSet) throws -> Preprocessing {
    let (mean, deviation) = dataSet.pixelStatistics()
    return try Preprocessing(meanImage: mean, deviation: deviation.map(orOne))
  }

  /// A channel that is the same everywhere is left at its scale.
  private static func orOne(_ deviation: Double) -> Double { deviation > 0 ? deviation : 1 }
}
