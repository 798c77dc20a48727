import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

extension Engine {
  /// Makes the running statistics those of one batch of images: a network as it begins has not gathered any, and would not
  /// be normalised by those that it begins with.
  ///
  /// - Throws: `ResNetError` of code `usage` where a batch would be normalised by a single value, `unavailable` where memory
  ///   is missing.
  func takeStatistics(of loader: Loader) throws {
    let normalizations = graph.layers.filter { if case .batchNormalization = $0.operation { true } else { false } }
    guard !normalizations.isEmpty else { return }
    let batch = try loader.firstBatch()
    var purpose = Purpose(statistics: .batch)
    purpose.observations = Set(normalizations.map { graph.layers[$0.inputs[0]].name })
    let program = try program(batch: batch.count, purpose: purpose)
    program.take(batch)
    try program.run()
    var statistics: [String: Tensor] = [:]
    for layer in normalizations {
      let (means, variances) = channelStatistics(try program.activation(graph.layers[layer.inputs[0]].name))
      for parameter in layer.parameters {
        switch parameter.kind {
        case .runningMean: statistics[parameter.name] = Tensor(shape: parameter.shape, scalars: means)
        case .runningVariance: statistics[parameter.name] = Tensor(shape: parameter.shape, scalars: variances)
        default: break
        }
      }
    }
    for (name, values) in statistics { try parameters.set(name, to: values) }
  }
}

/// The mean and the biased variance of each channel or feature of `[batch, channels, …]`.
func channelStatistics(_ tensor: Tensor) -> (means: [Float], variances: [Float]) {
  let (batch, channels) = (tensor.shape[0], tensor.shape[1])
  let area = tensor.scalars.count / (batch * channels)
  let count = Double(batch * area)
  var (sums, squares) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
  tensor.scalars.withUnsafeBufferPointer { scalars in
    for row in 0..<batch * channels {
      for value in scalars[row * area..<(row + 1) * area] {
        sums[row % channels] += Double(value)
        squares[row % channels] += Double(value) * Double(value)
      }
    }
  }
  let means = sums.map { $0 / count }
  return (
    means.map { Float($0) }, zip(squares, means).map { Float(max(0, $0 / count - $1 * $1)) }
  )
}
