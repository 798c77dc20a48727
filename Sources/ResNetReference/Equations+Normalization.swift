extension Equations {
  /// Mean and variances of each channel over samples and pixels, in two passes.
  static func statistics(_ input: [Double], batch: Int, channels: Int, pixels: Int) -> BatchStatistics {
    let count = Double(batch * pixels)
    var mean = Array(repeating: 0.0, count: channels)
    var squares = Array(repeating: 0.0, count: channels)
    eachRun(batch, channels, pixels) { channel, run in
      for index in run { mean[channel] += input[index] }
    }
    for channel in 0..<channels { mean[channel] /= count }
    eachRun(batch, channels, pixels) { channel, run in
      for index in run { squares[channel] += (input[index] - mean[channel]) * (input[index] - mean[channel]) }
    }
    return BatchStatistics(
      mean: mean, variance: squares.map { $0 / count }, unbiasedVariance: squares.map { $0 / (count - 1) })
  }

  /// (x − mean) / √(variance + ε) · scale + shift for each channel.
  static func normalize(
    _ input: [Double], mean: [Double], variance: [Double], scale: [Double], shift: [Double], epsilon: Double,
    batch: Int, pixels: Int
  ) -> [Double] {
    var result = Array(repeating: 0.0, count: input.count)
    eachRun(batch, mean.count, pixels) { channel, run in
      let deviation = (variance[channel] + epsilon).squareRoot()
      for index in run {
        result[index] = (input[index] - mean[channel]) / deviation * scale[channel] + shift[channel]
      }
    }
    return result
  }

  private static func eachRun(_ batch: Int, _ channels: Int, _ pixels: Int, _ body: (Int, Range<Int>) -> Void) {
    for sample in 0..<batch {
      for channel in 0..<channels {
        let start = (sample * channels + channel) * pixels
        body(channel, start..<(start + pixels))
      }
    }
  }
}
