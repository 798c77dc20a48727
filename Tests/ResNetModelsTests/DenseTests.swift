import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct DenseTests {
  @Test("A dense layer gives what it was given and its own channels after it")
  func concatenation() throws {
    let graph = try Architecture.named("densenet40_k12").graph(classes: 10)
    let block = "features.denseblock1.denselayer"
    #expect(steps(graph, block + "1") == ["norm1", "relu", "conv1", "concat"])
    #expect(try inputs(graph, of: block + "1.concat") == ["features.conv0", block + "1.conv1"])
    #expect(try inputs(graph, of: block + "2.concat") == [block + "1.concat", block + "2.conv1"])
    #expect(try inputs(graph, of: block + "2.norm1") == [block + "1.concat"])
    #expect(try graph.layers[graph.index(of: "features.denseblock1")].shape == [16 + 12 * 12, 32, 32])
    #expect(!graph.parameters.contains { $0.name.contains("norm0") })
  }

  @Test("A transition compresses and pools before each further stage, and the last is normalised before the head")
  func transitions() throws {
    let graph = try Architecture.named("densenet121").graph(classes: 10)
    #expect(steps(graph, "features.transition1") == ["norm", "relu", "conv", "pool"])
    #expect(try inputs(graph, of: "features.transition1.norm") == ["features.denseblock1.denselayer6.concat"])
    #expect(graph.layers[try graph.index(of: "features.transition1")].shape == [128, 28, 28])
    #expect(try inputs(graph, of: "features.denseblock2.denselayer1.norm1") == ["features.transition1.pool"])
    #expect(try inputs(graph, of: "features.pool0") == ["features.relu0"])
    #expect(try inputs(graph, of: "avgpool") == ["relu"])
    #expect(try inputs(graph, of: "relu") == ["features.norm5"])
    let whole = try Architecture.named("densenet40_k12").graph(classes: 10)
    #expect(whole.layers[try whole.index(of: "features.transition1")].shape == [160, 16, 16])
  }

  @Test("DenseNets begin as torchvision's: by their inputs, with a classifier that has biases of 0")
  func initialization() throws {
    let parameters = try Architecture.named("densenet121").graph(classes: 10).parameters
    let weights = parameters.filter { $0.kind == .weight }
    #expect(weights.dropLast().allSatisfy { $0.initializer == .he(.fanIn) })
    #expect(weights.last?.initializer == .uniformByFanIn)
    #expect(parameters.last?.initializer == .constant(0) && parameters.last?.name == "classifier.bias")
  }

  // That of a wide network counts its projections too.
  @Test("Depths are as the names say, shortcuts left out")
  func depths() throws {
    for (name, depth) in [
      ("densenet121", 121), ("densenet161", 161), ("densenet169", 169), ("densenet201", 201), ("densenet40_k12", 40),
      ("densenet_bc100_k12", 100), ("wide_resnet28_10", 26), ("preact_bottleneck_resnet1001", 1001),
      ("cifar_bottleneck_resnet164", 164), ("resnext50_32x4d", 50),
    ] {
      #expect(try Architecture.named(name).depth == depth, "\(name)")
    }
  }

  @Test("Dense and adding stages stand in one network, under the names of residual ones")
  func mixed() throws {
    let network = Architecture(
      name: "mixed", input: [3, 32, 32], stem: .cifar(width: 16), block: .basic,
      stages: [
        Stage(blocks: 1, width: 16),
        Stage(blocks: 2, width: 8, stride: 2, block: .dense(bottleneck: 4, compression: 0.5)),
        Stage(blocks: 1, width: 32, stride: 2),
      ], shortcut: .projection)
    let graph = try network.graph(classes: 10)
    #expect(steps(graph, "layer2.transition") == ["norm", "relu", "conv", "pool"])
    #expect(try inputs(graph, of: "layer2.transition.norm") == ["layer1.0.relu2"])
    #expect(try inputs(graph, of: "layer2.0.concat") == ["layer2.transition.pool", "layer2.0.conv2"])
    #expect(try inputs(graph, of: "layer3.0.conv1") == ["layer2.relu"])
    #expect(try inputs(graph, of: "layer2.relu") == ["layer2.norm"])
    #expect(graph.layers[try graph.index(of: "layer2")].shape == [8 + 2 * 8, 16, 16])
    #expect(network.depth == 1 + 2 + 1 + 4 + 2 + 1)
  }
}
