import ResNetCore
import ResNetGraph
import ResNetReference
import ResNetTesting
import Testing

@Suite struct RandomGraphTests {
  @Test("Three hundred seeds give valid networks that hold every operation and compute finite logits")
  func coverage() throws {
    var seen: Set<String> = []
    for seed in 0..<300 as Range<UInt64> {
      let graph = try RandomGraph.make(seed: seed)
      #expect(graph == (try RandomGraph.make(seed: seed)))
      #expect(graph.outputShape.rank == 1)
      #expect(Set(graph.layers.map(\.name)).count == graph.layers.count)
      for layer in graph.layers { seen.formUnion(features(of: layer, in: graph)) }
      if graph.consumers.contains(where: { $0.count >= 3 }) { seen.insert("three consumers") }

      let reference = try Reference(graph: graph, parameters: HashedValues.parameters(of: graph))
      let input = HashedValues.input(graph.inputShape, batch: 3).scalars.map(Double.init)
      for (statistics, step) in [(Reference.Statistics.batch, 0), (.running, nil)] {
        let dropout = step.map { Reference.DropoutStep(seed: seed, iteration: $0) }
        let trace = try reference.forward(
          input, batch: 3, options: .init(statistics: statistics, dropoutStep: dropout))
        #expect(trace.logits.allSatisfy { $0.isFinite && abs($0) < 1e6 }, "seed \(seed)")
        for (layer, output) in zip(graph.layers, trace.outputs) { #expect(output.count == 3 * layer.shape.count) }
      }
    }
    let expected: Set = [
      "input image", "input vector", "convolution", "linear", "bias", "normalization of image",
      "normalization of vector", "relu", "add", "zero-padding of image", "zero-padding of vector", "max-pooling",
      "global pooling", "flatten", "three consumers", "normalization of input", "kernel 1", "kernel 2", "kernel 3",
      "kernel 4", "kernel 5", "kernel 7", "stride 2", "pooling with padding", "groups", "one group a channel",
      "average pooling", "average pooling with padding", "average pooling of the rest", "concatenation of image",
      "concatenation of vector", "concatenation of 2", "concatenation of 3", "sigmoid", "affine",
      "multiplication by channel", "multiplication by value", "multiplication of vector", "dropout of value",
      "dropout of sample",
    ]
    #expect(expected.subtracting(seen) == [])
  }

  private func features(of layer: Layer, in graph: Graph) -> Set<String> {
    let kind = layer.shape.rank == 3 ? "image" : "vector"
    switch layer.operation {
    case .input: return ["input \(kind)"]
    case .convolution(let convolution):
      return [
        "convolution", "kernel \(convolution.kernel)", "stride \(convolution.stride)",
        convolution.bias == nil ? "convolution" : "bias", convolution.groups > 1 ? "groups" : "convolution",
        convolution.groups > 1 && convolution.groups == layer.shape[0] ? "one group a channel" : "convolution",
      ]
    case .linear: return ["linear"]
    case .batchNormalization:
      return ["normalization of \(kind)", layer.inputs == [0] ? "normalization of input" : "normalization of \(kind)"]
    case .relu: return ["relu"]
    case .add: return ["add"]
    case .zeroPadding: return ["zero-padding of \(kind)"]
    case .maxPooling(let pooling): return ["max-pooling", pooling.padding > 0 ? "pooling with padding" : "max-pooling"]
    case .globalAveragePooling: return ["global pooling"]
    case .flatten: return ["flatten"]
    case .averagePooling(let pooling):
      return [
        "average pooling", pooling.padding > 0 ? "average pooling with padding" : "average pooling",
        pooling.roundsUp ? "average pooling of the rest" : "average pooling",
      ]
    case .concatenation: return ["concatenation of \(kind)", "concatenation of \(layer.inputs.count)"]
    case .sigmoid: return ["sigmoid"]
    case .affine: return ["affine"]
    case .multiplication:
      guard kind == "image" else { return ["multiplication of vector"] }
      return [
        graph.layers[layer.inputs[1]].shape.rank == 1 ? "multiplication by channel" : "multiplication by value"
      ]
    case .dropout(let dropout): return ["dropout of \(dropout.unit.rawValue)"]
    }
  }
}
