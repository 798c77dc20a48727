import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Training from a layer on.
@Suite struct FreezingTests {
  private func graph() throws -> Graph {
    var architecture = try Architecture.cifar(depth: 8)
    architecture.changeBlocks { $0.dropout = 0.4 }
    return try architecture.graph(classes: 5, input: [3, 9, 9])
  }

  @EngineActor
  private func program(_ graph: Graph, _ engine: Engine, _ purpose: Purpose, iteration: Int = 0) throws -> Program {
    let program = try engine.program(batch: 6, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 6).scalars)
    _ = program.labels.update(from: HashedValues.labels(batch: 6, classes: 5).map(Int32.init))
    program.setDropoutStep(seed: 1, iteration: iteration)
    try program.run()
    return program
  }

  @Test(
    "What is frozen is evaluated, and what learns sees it so; statistics before stay, and those behind are gathered")
  @EngineActor
  func frozenPart() throws {
    let graph = try graph()
    let engine = try Engine(graph: graph, seed: 2)
    try engine.parameters.set(HashedValues.parameters(of: graph))
    let before = engine.parameters.tensors()
    var purpose = try Purpose.training(from: "layer3", of: graph)
    // The dropout of a frozen layer too, which is named and so is there.
    purpose.observations = ["layer2", "layer3", "layer2.0.dropout"]
    let first = try program(graph, engine, purpose)
    #expect(try !first.activation("layer2").scalars.allSatisfy { $0 == 0 })
    let (frozen, learning) = (try first.activation("layer2"), try first.activation("layer3"))
    let after = engine.parameters.tensors()
    for name in engine.parameters.names where name.contains("running") {
      #expect((after[name] == before[name]) == !name.hasPrefix("layer3"), "\(name)")
    }
    #expect(
      first.gradients.count
        == graph.layers.filter { $0.isInModule("layer3") || $0.name == "fc" }
        .reduce(0) { $0 + $1.parameterCount })

    // Behind, another step drops other values.
    let second = try program(graph, engine, purpose, iteration: 1)
    #expect(try second.activation("layer2") == frozen)
    #expect(try second.activation("layer3") != learning)

    var evaluation = Purpose.inference
    evaluation.observations = ["layer2"]
    let inference = try engine.program(batch: 6, purpose: evaluation)
    _ = inference.input.update(from: HashedValues.input(graph.inputShape, batch: 6).scalars)
    try inference.run()
    let truth = try inference.activation("layer2").scalars.map(Double.init)
    #expect(greatestDifference(frozen.scalars.map(Double.init), truth) <= 1e-5)
  }

  @Test("The later the layer, the less memory and the fewer steps")
  @EngineActor
  func cost() throws {
    let graph = try Architecture.named("resnet20").graph(classes: 10)
    let engine = try Engine(graph: graph)
    let purposes = try [.training] + ["layer2", "layer3", "fc"].map { try Purpose.training(from: $0, of: graph) }
    let bytes = try purposes.map { try engine.memory(batch: 32, purpose: $0).arenaBytes }
    #expect(bytes == bytes.sorted(by: >) && Set(bytes).count == 4, "\(bytes)")
    let steps = try purposes.map { try engine.program(batch: 32, purpose: $0).stepNames.count }
    #expect(steps == steps.sorted(by: >) && Set(steps).count == 4, "\(steps)")
  }

  @Test("From the first layer on it is training as usual")
  func everything() throws {
    let graph = try graph()
    let purpose = try Purpose.training(from: "conv1", of: graph)
    #expect(purpose.statisticsByLayer.isEmpty && purpose.layersWithoutDropout.isEmpty)
    #expect(purpose.parameterGradients == .from("conv1"))
  }

  @Test("A layer that is not there is refused with the modules, and with what may be meant")
  @EngineActor
  func refusals() throws {
    let graph = try graph()
    let error = try #require(throws: ResNetError.self) { try Purpose.training(from: "layr3", of: graph) }
    #expect(error.code == .usage && error.message.contains("'layr3'"))
    #expect(error.remedy.hasPrefix("Did you mean layer3? Its modules are conv1, bn1, layer1, layer2, layer3, fc"))
    let far = try #require(throws: ResNetError.self) { try Purpose.training(from: "the encoder", of: graph) }
    #expect(far.remedy.hasPrefix("Its modules are"))
    let dense = try Architecture.named("densenet121").graph(classes: 2)
    let nested = try #require(throws: ResNetError.self) { try Purpose.training(from: "denseblock3", of: dense) }
    #expect(nested.remedy.contains("features.denseblock3, ") && nested.remedy.contains(", classifier"), "\(nested)")

    var purpose = Purpose.training
    purpose.layersWithoutDropout = ["conv1"]
    let noDropout = try #require(throws: ResNetError.self) {
      try Engine(graph: graph).program(batch: 2, purpose: purpose)
    }
    #expect(noDropout.code == .usage && noDropout.place == "conv1")
  }
}
