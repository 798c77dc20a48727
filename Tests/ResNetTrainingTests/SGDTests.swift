import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModels
import ResNetTraining
import Testing

@Suite struct SGDTests {
  @Test(
    "Three steps are those of PyTorch's formulas",
    arguments: [(0.0, false), (0.9, false), (0.9, true)], [(0.0, true), (0.01, true), (0.01, false)])
  @EngineActor
  func steps(method: (momentum: Double, nesterov: Bool), decay: (weight: Double, onAll: Bool)) throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 3, input: [1, 5, 5])
    let engine = try Engine(graph: graph, seed: 3)
    let sgd = SGD(
      engine.parameters, momentum: method.momentum, nesterov: method.nesterov, weightDecay: decay.weight,
      decaysNormalizationAndBiases: decay.onAll)
    let isWeight = engine.parameters.learned.indices.map { position in
      engine.parameters.runs { $0.kind == .weight }.contains { $0.trait && $0.range.contains(position) }
    }
    var weights = engine.parameters.learned.map(Double.init)
    var velocities = weights.map { _ in 0.0 }
    for step in 0..<3 {
      let gradients = weights.indices.map { Float(($0 * 7 + step * 3) % 11 - 5) / 10 }
      let rate = 0.1 / Double(step + 1)
      for i in weights.indices {
        let g = Double(gradients[i]) + (decay.onAll || isWeight[i] ? decay.weight : 0) * weights[i]
        velocities[i] = method.momentum * velocities[i] + g
        weights[i] -= rate * (method.nesterov ? g + method.momentum * velocities[i] : velocities[i])
      }
      let version = engine.parameters.version
      gradients.withUnsafeBufferPointer { sgd.step(gradients: $0, learningRate: rate) }
      #expect(engine.parameters.version > version)
    }
    #expect(zip(engine.parameters.learned, weights).allSatisfy { abs(Double($0) - $1) < 1e-5 })
  }
}
