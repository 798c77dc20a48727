import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModel

/// The networks θ + αδ + βη around one: two random directions, each filter of which is as long as the network's.
struct WeightPlane: Sendable {
  /// One array of weights and its two directions.
  struct Weights: Sendable {
    let name: String
    let center: Tensor
    let first: [Float]
    let second: [Float]
  }

  /// The weights of convolutions and fully connected layers; nothing else moves.
  let weights: [Weights]

  init(_ model: Model, seed: UInt64) {
    weights = model.graph.parameters.filter { $0.kind == .weight }.compactMap { parameter in
      guard let center = model.parameters[parameter.name] else { return nil }
      return Weights(
        name: parameter.name, center: center, first: Self.direction(parameter.name, center, seed: seed, number: 0),
        second: Self.direction(parameter.name, center, seed: seed, number: 1))
    }
  }

  /// Gives an engine of the network the weights at a point of the plane.
  @EngineActor
  func move(_ engine: Engine, _ alpha: Double, _ beta: Double) throws {
    let (alpha, beta) = (Float(alpha), Float(beta))
    for weights in weights {
      var tensor = weights.center
      for index in tensor.scalars.indices {
        tensor.scalars[index] += alpha * weights.first[index] + beta * weights.second[index]
      }
      try engine.parameters.set(weights.name, to: tensor)
    }
  }

  /// Random numbers of mean 0, those of each filter scaled to the Euclidean norm of the network's filter.
  ///
  /// A filter is all that makes one output: of a convolution `[inputs, height, width]`, of a fully connected layer `[inputs]`.
  private static func direction(_ name: String, _ center: Tensor, seed: UInt64, number: Int) -> [Float] {
    var random = RandomNumbers(seed: seed, purpose: .testing, epoch: number, index: stableHash(name))
    var direction = random.normal(count: center.shape.count, deviation: 1)
    let size = center.shape.count / max(center.shape[0], 1)
    for filter in 0..<center.shape[0] {
      let range = filter * size..<(filter + 1) * size
      let factor = norm(center.scalars[range]) / max(norm(direction[range]), 1e-10)
      for index in range { direction[index] = Float(Double(direction[index]) * factor) }
    }
    return direction
  }
}
