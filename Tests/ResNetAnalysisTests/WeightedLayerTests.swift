import ResNetGraph
import ResNetModels
import Testing

@testable import ResNetAnalysis

@Suite struct WeightedLayerTests {
  @Test(
    "Layers with weights stand in the graph's order, as deep as the literature counts them",
    arguments: [
      "resnet20", "plain20", "resnet18", "resnet50", "preact_resnet110", "densenet40_k12", "fully_connected_resnet20",
    ])
  func order(name: String) throws {
    let architecture = try Architecture.named(name)
    let graph = try architecture.graph(classes: 10)
    let layers = graph.weightedLayers
    let withWeights = graph.layers.filter { $0.operation.kind == "convolution" || $0.operation.kind == "linear" }
    #expect(layers.map(\.name) == withWeights.map(\.name))
    #expect(layers.map(\.weight) == withWeights.map { $0.name + ".weight" })
    #expect(layers.map(\.depth).max() == architecture.depth)
    let path = layers.filter(\.isOnLongestPath)
    #expect(path.first?.depth == 1 && path.last?.name == withWeights.last?.name)
    #expect(zip(path, path.dropFirst()).allSatisfy { $0.depth < $1.depth })
    #expect(layers.filter { $0.name.contains("downsample") }.allSatisfy { !$0.isOnLongestPath })
  }

  /// What the activation of a layer is, and what it takes.
  private func activation(_ name: String, in network: String) throws -> (kind: String, from: String, layer: Layer) {
    let graph = try Architecture.named(network).graph(classes: 10)
    let found = try #require(graph.weightedLayers.first { $0.name == name })
    let layer = graph.layers[try graph.index(of: found.activation)]
    return (layer.operation.kind, layer.inputs.first.map { graph.layers[$0].operation.kind } ?? "", layer)
  }

  @Test("An activation is the output behind the normalisation, addition and ReLU that follow a layer")
  func activations() throws {
    let first = try activation("layer1.0.conv1", in: "resnet20")
    #expect(first.kind == "relu" && first.from == "batchNormalization")
    let last = try activation("layer1.0.conv2", in: "resnet20")
    #expect(last.kind == "relu" && last.from == "add")
    let plain = try activation("layer1.0.conv2", in: "plain20")
    #expect(plain.kind == "relu" && plain.from == "batchNormalization")
    // What an identity carries on is not rectified.
    let carried = try activation("layer1.0.conv2", in: "preact_resnet110")
    #expect(carried.kind == "add")
    #expect(try activation("conv1", in: "resnet50").kind == "relu")
    #expect(try activation("fc", in: "resnet20").layer.name == "fc")
  }
}
