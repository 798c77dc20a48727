/// Everything that a forward pass computed.
public struct Trace: Sendable {
  /// The number of samples.
  public let batch: Int
  /// Every layer's output by its position in the graph, `[batch, channels, height, width]` or `[batch, features]`.
  public internal(set) var outputs: [[Double]]
  /// Means and variances by the name of each normalisation that used the batch's.
  public internal(set) var batchStatistics: [String: BatchStatistics] = [:]
  /// Running statistics after this pass by parameter name, for the same normalisations.
  public internal(set) var runningStatistics: [String: [Double]] = [:]

  /// For each layer, a hash of which ReLUs pass and which pixels win maxima: what must agree for two passes to lie on
  /// the same smooth piece of the function.
  var corners: [UInt64]
  private let output: Int

  init(batch: Int, layers: Int, output: Int) {
    self.batch = batch
    self.outputs = Array(repeating: [], count: layers)
    self.corners = Array(repeating: 0, count: layers)
    self.output = output
  }

  /// The network's output, `[batch, classes]`.
  public var logits: [Double] { outputs[output] }
}

/// Mean and variance of one normalisation's input over a batch.
public struct BatchStatistics: Hashable, Sendable {
  /// Σx / n of each channel.
  public var mean: [Double]
  /// Σ(x − mean)² / n of each channel, which normalises.
  public var variance: [Double]
  /// Σ(x − mean)² / (n − 1) of each channel, which running statistics gather.
  public var unbiasedVariance: [Double]
}
