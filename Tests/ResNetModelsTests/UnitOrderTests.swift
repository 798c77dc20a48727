import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

/// The layers of a module in the order in which they are computed, without the module's name.
func steps(_ graph: Graph, _ module: String) -> [String] {
  graph.layers.map(\.name).filter { $0.hasPrefix(module + ".") }.map { String($0.dropFirst(module.count + 1)) }
}

/// The names of a layer's inputs.
func inputs(_ graph: Graph, of name: String) throws -> [String] {
  try graph.layers[graph.index(of: name)].inputs.map { graph.layers[$0].name }
}

@Suite struct UnitOrderTests {
  private func graph(_ name: String, _ order: UnitOrder, _ change: (inout Architecture) -> Void = { _ in }) throws
    -> Graph
  {
    var network = try Architecture.named(name)
    network.changeBlocks { $0.order = order }
    change(&network)
    return try network.graph(classes: 10)
  }

  @Test(
    "Each order of He et al. 2016 stands as in its figure 4",
    arguments: [
      (UnitOrder.original, ["conv1", "bn1", "relu", "conv2", "bn2", "add", "relu2"]),
      (.normalizationAfterAddition, ["conv1", "bn1", "relu", "conv2", "add", "bn2", "relu2"]),
      (.reluBeforeAddition, ["conv1", "bn1", "relu", "conv2", "bn2", "relu2", "add"]),
      (.reluOnlyPreactivation, ["relu", "conv1", "bn1", "relu2", "conv2", "bn2", "add"]),
      (.preactivation, ["bn1", "relu", "conv1", "bn2", "relu2", "conv2", "add"]),
    ])
  func order(_ order: UnitOrder, _ expected: [String]) throws {
    let graph = try graph("resnet20", order)
    #expect(steps(graph, "layer1.1") == expected)
    // The shortcut carries what the block before it gave.
    let given = graph.layers[try graph.index(of: "layer1.0")].name
    #expect(try inputs(graph, of: "layer1.1.add")[1] == given)
    #expect(try inputs(graph, of: "layer1.1.\(expected[0])") == [given])
    #expect(graph.parameterCount == 269_722)
  }

  @Test(
    "Whatever the order, the head is given what has been through ReLU or is a sum of such",
    arguments: UnitOrder.allCases)
  func head(_ order: UnitOrder) throws {
    let graph = try graph("resnet20", order)
    let last = try #require(inputs(graph, of: "avgpool").first)
    switch order {
    case .original, .normalizationAfterAddition: #expect(last == "layer3.2.relu2")
    case .reluBeforeAddition: #expect(last == "layer3.2.add")
    case .reluOnlyPreactivation:
      #expect(last == "layer3.relu")
      #expect(try inputs(graph, of: last) == ["layer3.2.add"])
    case .preactivation:
      #expect(last == "layer3.relu")
      #expect(try inputs(graph, of: last) == ["layer3.norm"])
    }
    #expect(try graph.layers[graph.index(of: "layer3")].name == last)
  }

  @Test("What the stem leaves out of itself, branch and shortcut of the first pre-activation block share")
  func stem() throws {
    let full = try graph("resnet20", .preactivation)
    #expect(try inputs(full, of: "layer1.0.bn1") == ["conv1"])
    #expect(try inputs(full, of: "layer1.0.conv1") == ["layer1.0.relu"])
    #expect(try inputs(full, of: "layer1.0.add") == ["layer1.0.conv2", "layer1.0.relu"])
    let reluOnly = try graph("resnet20", .reluOnlyPreactivation)
    #expect(try inputs(reluOnly, of: "layer1.0.relu") == ["bn1"])
    #expect(try inputs(reluOnly, of: "layer1.0.add")[1] == "layer1.0.relu")
    let pooled = try graph("resnet18", .preactivation)
    #expect(try inputs(pooled, of: "maxpool") == ["conv1"])
    #expect(try inputs(pooled, of: "layer1.0.bn1") == ["maxpool"])
    let bare = try graph("resnet20", .preactivation) {
      $0.stem = .none
      $0.stages = [Stage(blocks: 2, width: 3)]
    }
    #expect(try inputs(bare, of: "layer1.0.add") == ["layer1.0.conv2", "input"])
  }

  @Test("Where the size changes, branch and shortcut share the first activation; projections have no normalisation")
  func projections() throws {
    let full = try graph("resnet20", .preactivation) { $0.shortcut = .projection }
    #expect(steps(full, "layer2.0") == ["bn1", "relu", "conv1", "bn2", "relu2", "conv2", "downsample.0", "add"])
    #expect(try inputs(full, of: "layer2.0.downsample.0") == ["layer2.0.relu"])
    let padded = try graph("resnet20", .preactivation)
    #expect(try inputs(padded, of: "layer2.0.pad") == ["layer2.0.relu"])
    let reluOnly = try graph("resnet20", .reluOnlyPreactivation) { $0.shortcut = .projection }
    #expect(try inputs(reluOnly, of: "layer2.0.add") == ["layer2.0.bn2", "layer2.0.downsample.1"])
    let original = try graph("resnet20", .original) { $0.shortcut = .projection }
    #expect(try inputs(original, of: "layer2.0.add")[1] == "layer2.0.downsample.1")
  }

  @Test("A pre-activation stage carries its input through untouched but for the branches")
  func identity() throws {
    let graph = try graph("resnet20", .preactivation)
    #expect(try inputs(graph, of: "layer2.1.add") == ["layer2.1.conv2", "layer2.0.add"])
    #expect(try inputs(graph, of: "layer2.2.add") == ["layer2.2.conv2", "layer2.1.add"])
  }

  @Test("Stages of other orders after each other are closed in between, and those of the same are not")
  func mixed() throws {
    let graph = try graph("resnet20", .preactivation) {
      $0.stages[1].block = .basic
      $0.stages[2].block = Block(Block.basic.branch, order: .preactivation)
      $0.stages.append($0.stages[2])
    }
    #expect(try inputs(graph, of: "layer2.0.conv1") == ["layer1.relu"])
    #expect(try inputs(graph, of: "layer3.0.bn1") == ["layer2.2.relu2"])
    #expect(try inputs(graph, of: "layer4.0.bn1") == ["layer3.2.add"])
    #expect(steps(graph, "layer3").contains("norm") == false && steps(graph, "layer4").contains("norm"))
  }

  @Test("Branches begin at zero by their last scale, or by their last weights where no normalisation follows")
  func zeroLastScale() throws {
    for (order, last) in [
      (UnitOrder.original, "bn2"), (.reluOnlyPreactivation, "bn2"), (.preactivation, "conv2"),
      (.normalizationAfterAddition, "conv2"),
    ] {
      let graph = try graph("resnet20", order) { $0.zeroLastScale = true }
      for parameter in graph.parameters where parameter.kind == .scale || parameter.kind == .weight {
        let isLast = parameter.name.hasPrefix("layer") && parameter.name.hasSuffix(".\(last).weight")
        #expect((parameter.initializer == .constant(0)) == isLast, "\(order) \(parameter.name)")
      }
    }
    let error = #expect(throws: ResNetError.self) {
      try graph("resnet20", .reluBeforeAddition) { $0.zeroLastScale = true }
    }
    #expect(error?.message.contains("would stay at zero") == true)
  }
}
