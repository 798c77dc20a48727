import ResNetCore
import ResNetData
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels

@testable import ResNetAnalysis

extension Small {
  /// A residual network for pictures, with random running statistics, scales and shifts, as if it had learned.
  static func sight(
    _ architecture: Architecture? = nil, side: Int = 16, seed: UInt64 = 1,
    channelOrder: Preprocessing.ChannelOrder = .rgb
  ) throws -> Subject {
    let model = try Model(
      architecture: architecture ?? .cifar(depth: 8), input: [3, side, side],
      classes: (0..<4).map { "class \($0)" },
      preprocessing: Preprocessing(
        mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], channelOrder: channelOrder), seed: seed)
    var parameters = model.parameters
    for parameter in model.graph.parameters {
      var random = RandomNumbers(seed: seed, purpose: .testing, index: stableHash(parameter.name))
      let spread = random.uniform(count: parameter.shape.count, bound: 0.3)
      switch parameter.kind {
      case .runningMean, .shift, .bias: parameters[parameter.name] = Tensor(shape: parameter.shape, scalars: spread)
      case .runningVariance, .scale:
        parameters[parameter.name] = Tensor(shape: parameter.shape, scalars: spread.map { 1 + $0 })
      case .weight: break
      }
    }
    return Subject(try changed(model, to: parameters), name: "small")
  }

  /// Pictures of the size that `sight` takes.
  static func views(_ count: Int, shape: Shape = [3, 16, 16], seed: UInt64 = 0) throws -> DataSet {
    try pictures(count, shape: shape, seed: seed)
  }
}
