import ResNetCore
import ResNetImages

/// Sums over all images of a set, exact because they are whole numbers.
private struct PixelSums {
  /// The sum of the bytes at each pixel.
  var values: [UInt64]
  /// The sum of the squared bytes of each channel.
  var squares: [UInt64]

  init(_ dataSet: DataSet) {
    let (shape, storage) = dataSet.pixelStorage
    let size = shape.count
    let area = shape[1] * shape[2]
    var values = [UInt64](repeating: 0, count: size)
    var squares = [UInt64](repeating: 0, count: shape[0])
    storage.withUnsafeBufferPointer { bytes in
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
  ///
  /// - Precondition: the images are in memory.
  public func channelStatistics() -> (mean: [Double], deviation: [Double]) {
    let sums = PixelSums(self)
    let area = sums.values.count / sums.squares.count
    let pixels = Double(count * area)
    let means = sums.squares.indices.map { channel in
      Double(sums.values[channel * area..<(channel + 1) * area].reduce(0, +)) / pixels
    }
    let deviations = zip(means, sums.squares).map { mean, squares in
      max(0, Double(squares) / pixels - mean * mean).squareRoot() / 255
    }
    return (means.map { $0 / 255 }, deviations)
  }

  /// The mean image, `[channels, height, width]`, and the standard deviation of each channel around it, on the scale
  /// [0, 1].
  ///
  /// - Precondition: the images are in memory.
  public func pixelStatistics() -> (mean: Tensor, deviation: [Double]) {
    let sums = PixelSums(self)
    let area = sums.values.count / sums.squares.count
    let means = sums.values.map { Double($0) / Double(count) }
    let deviations = sums.squares.indices.map { channel in
      let squaredMeans = means[channel * area..<(channel + 1) * area].reduce(0) { $0 + $1 * $1 }
      return max(0, (Double(sums.squares[channel]) / Double(count) - squaredMeans) / Double(area)).squareRoot() / 255
    }
    return (Tensor(shape: pixelStorage.shape, scalars: means.map { Float($0 / 255) }), deviations)
  }
}

extension Preprocessing {
  /// Subtracts each channel's mean over a set of images and divides by its standard deviation.
  ///
  /// - Throws: `ResNetError` of code `usage` where they are pictures, which would all have to be read.
  public static func perChannel(of dataSet: DataSet) throws -> Preprocessing {
    try refuse(dataSet)
    let (mean, deviation) = dataSet.channelStatistics()
    return try Preprocessing(mean: mean, deviation: deviation.map(orOne))
  }

  /// Subtracts the mean image of a set, as He et al. (2015) do for CIFAR-10, and divides by the standard deviation of
  /// each channel around it.
  ///
  /// The paper states the subtraction alone. The division gives inputs of variance 1, which the initialisation takes for
  /// granted; behind batch normalisation it changes nothing.
  ///
  /// - Throws: `ResNetError` of code `usage` where they are pictures, which have sizes of their own.
  public static func perPixel(of dataSet: DataSet) throws -> Preprocessing {
    try refuse(dataSet)
    let (mean, deviation) = dataSet.pixelStatistics()
    return try Preprocessing(meanImage: mean, deviation: deviation.map(orOne))
  }

  private static func refuse(_ dataSet: DataSet) throws {
    guard dataSet.imageShape == nil else { return }
    throw ResNetError(
      .usage, "means are not measured on pictures", at: dataSet.name,
      remedy: "Use preprocessing with means that are known, such as ImageNet's")
  }

  /// A channel that is the same everywhere is left at its scale.
  private static func orOne(_ deviation: Double) -> Double { deviation > 0 ? deviation : 1 }
}
