import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct CarryTests {
  private func graph(_ carry: Carry, _ name: String = "resnet20") throws -> Graph {
    var network = try Architecture.named(name)
    network.carry = carry
    return try network.graph(classes: 10)
  }

  private func operation(_ graph: Graph, _ name: String) throws -> Operation {
    graph.layers[try graph.index(of: name)].operation
  }

  @Test("Constant scaling halves the shortcut, or shortcut and branch")
  func scaling() throws {
    let half = try graph(.half)
    #expect(try inputs(half, of: "layer1.1.add") == ["layer1.1.bn2", "layer1.1.affine"])
    #expect(try inputs(half, of: "layer1.1.affine") == ["layer1.0.relu2"])
    #expect(try operation(half, "layer1.1.affine") == .affine(scale: 0.5, offset: 0))
    let halves = try graph(.halves)
    #expect(try inputs(halves, of: "layer1.1.add") == ["layer1.1.affine", "layer1.1.affine2"])
    #expect(try inputs(halves, of: "layer1.1.affine") == ["layer1.1.bn2"])
    #expect(half.parameterCount == 269_722 && halves.parameterCount == 269_722)
  }

  @Test("An exclusive gate weighs the branch with g and the shortcut with 1 − g; a shortcut gate the shortcut alone")
  func gates() throws {
    let both = try graph(.exclusiveGate)
    #expect(try inputs(both, of: "layer1.1.sigmoid") == ["layer1.1.gate"])
    #expect(try inputs(both, of: "layer1.1.gate") == ["layer1.0.relu2"])
    #expect(try operation(both, "layer1.1.affine") == .affine(scale: -1, offset: 1))
    #expect(try inputs(both, of: "layer1.1.add") == ["layer1.1.multiply", "layer1.1.multiply2"])
    #expect(try inputs(both, of: "layer1.1.multiply") == ["layer1.1.bn2", "layer1.1.sigmoid"])
    #expect(try inputs(both, of: "layer1.1.multiply2") == ["layer1.0.relu2", "layer1.1.affine"])
    let bias = try #require(both.parameters.first { $0.name == "layer1.1.gate.bias" })
    #expect(bias.initializer == .constant(-6))
    // The gate of a block that halves the image halves it too.
    #expect(both.layers[try both.index(of: "layer2.0.gate")].shape == [32, 16, 16])

    let one = try graph(.shortcutGate)
    #expect(try inputs(one, of: "layer1.1.add") == ["layer1.1.bn2", "layer1.1.multiply"])
    #expect(try inputs(one, of: "layer1.1.multiply") == ["layer1.0.relu2", "layer1.1.affine"])
    #expect(one.parameterCount == both.parameterCount && one.parameterCount > 269_722)
    #expect(try graph(.exclusiveGate, "fully_connected_resnet8").outputShape == [10])
  }

  @Test("Dropout leaves half of the shortcut's values out")
  func dropout() throws {
    let graph = try graph(.dropout)
    #expect(try inputs(graph, of: "layer1.1.add") == ["layer1.1.bn2", "layer1.1.dropout"])
    #expect(try operation(graph, "layer1.1.dropout") == .dropout(Dropout(rate: 0.5)))
  }

  @Test("Stochastic depth falls linearly to the last block's chance, and drops whole samples of the branch")
  func survival() throws {
    var network = try Architecture.named("resnet20")
    network.survival = 0.5
    let graph = try network.graph(classes: 10)
    let rates = graph.layers.compactMap { layer -> Float? in
      guard case .dropout(let dropout) = layer.operation, dropout.unit == .sample else { return nil }
      return dropout.rate
    }
    #expect(rates.count == 9)
    for (index, rate) in rates.enumerated() { #expect(abs(rate - Float(index + 1) / 18) < 1e-6) }
    #expect(try inputs(graph, of: "layer3.2.add") == ["layer3.2.survival", "layer3.1.relu2"])
  }

  @Test("Wide networks leave values out between their convolutions, dense ones after theirs, and by default neither")
  func rates() throws {
    let wide = try Architecture.wide(depth: 16, factor: 2, dropout: 0.3).graph(classes: 10)
    #expect(steps(wide, "layer1.1") == ["bn1", "relu", "conv1", "bn2", "relu2", "dropout", "conv2", "add"])
    var network = try Architecture.named("densenet_bc16_k4")
    #expect(try !network.graph(classes: 10).layers.contains { $0.operation.kind == "dropout" })
    network.changeBlocks { $0.dropout = 0.2 }
    let dense = try network.graph(classes: 10)
    #expect(
      steps(dense, "features.denseblock1.denselayer2") == [
        "norm1", "relu", "conv1", "norm2", "relu2", "conv2", "dropout", "concat",
      ])
    #expect(try operation(dense, "features.denseblock1.denselayer2.dropout") == .dropout(Dropout(rate: 0.2)))
  }

  @Test("Squeeze and excitation weighs the branch's channels before the addition")
  func excitation() throws {
    let graph = try Architecture.named("se_resnet50").graph(classes: 10)
    #expect(
      steps(graph, "layer1.1") == [
        "conv1", "bn1", "relu", "conv2", "bn2", "relu2", "conv3", "bn3", "se.avgpool", "se.fc1", "se.relu", "se.fc2",
        "se.sigmoid", "multiply", "add", "relu3",
      ])
    #expect(try inputs(graph, of: "layer1.1.multiply") == ["layer1.1.bn3", "layer1.1.se.sigmoid"])
    #expect(graph.parameters.first { $0.name == "layer1.1.se.fc1.weight" }?.shape == [16, 256])
    #expect(graph.parameters.first { $0.name == "layer4.2.se.fc2.bias" }?.shape == [2048])
    var narrow = try Architecture.named("fully_connected_resnet8")
    narrow.changeBlocks { $0.squeeze = 1000 }
    #expect(try narrow.graph(classes: 3).parameters.first { $0.name == "layer1.0.se.fc1.weight" }?.shape == [1, 64])
  }
}
