import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModels
import ResNetReference
import ResNetTesting
import Testing

/// Networks as feature extractors: cut, with other heads, several stages in one run.
@Suite struct FeatureTests {
  private func bottlenecks(classes: Int = 6) throws -> Graph {
    try Architecture(
      name: "small", input: [3, 37, 45], stem: .imageNet(width: 8), block: .bottleneck,
      stages: [4, 6, 8, 10].map { Stage(blocks: 1, width: $0, stride: $0 == 4 ? 1 : 2) }, shortcut: .projection
    ).graph(classes: classes)
  }

  @EngineActor
  private func run(_ graph: Graph, _ parameters: [String: Tensor], observing: Set<String> = []) throws -> Program {
    let engine = try Engine(graph: graph)
    try engine.parameters.set(parameters)
    var purpose = Purpose.inference
    purpose.observations = observing
    let program = try engine.program(batch: 2, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 2).scalars)
    try program.run()
    return program
  }

  private func reference(_ graph: Graph) throws -> Trace {
    let input = HashedValues.input(graph.inputShape, batch: 2).scalars.map(Double.init)
    return try Reference(graph: graph, parameters: HashedValues.parameters(of: graph))
      .forward(input, batch: 2, options: .init(statistics: .running))
  }

  @Test("The outputs of several stages come out of one run, in the shapes that the stages tell")
  @EngineActor
  func severalStages() throws {
    let graph = try bottlenecks()
    #expect(graph.stages.map(\.name) == ["layer1", "layer2", "layer3", "layer4"])
    #expect(graph.stages.map(\.stride) == [4, 8, 16, 32])
    let wanted = graph.stages.suffix(3)
    let program = try run(graph, HashedValues.parameters(of: graph), observing: Set(wanted.map(\.name)))
    let trace = try reference(graph)
    for stage in wanted {
      let found = try program.activation(stage.name)
      #expect(found.shape == stage.shape.batched(2))
      let truth = trace.outputs[try graph.index(of: stage.name)]
      #expect(greatestDifference(found.scalars.map(Double.init), truth) <= 1e-4, "\(stage.name)")
    }
  }

  @Test(
    "A cut network gives what the whole one holds there, with the whole one's parameters",
    arguments: [
      "layer2", "layer3.0.conv2", "maxpool", "avgpool", "input",
    ])
  @EngineActor
  func cut(name: String) throws {
    let whole = try bottlenecks()
    let features = try whole.cut(at: name)
    let program = try run(features, HashedValues.parameters(of: whole))
    let truth = try reference(whole).outputs[whole.index(of: name)]
    #expect(greatestDifference(program.logits.map(Double.init), truth) <= 1e-4)
  }

  @Test("A network with another classifier is trained from the classifier on, with the old features")
  @EngineActor
  func otherClassifier() throws {
    let whole = try bottlenecks()
    let graph = try whole.replacingClassifier(classes: 3)
    let engine = try Engine(graph: graph)
    let old = HashedValues.parameters(of: whole)
    for parameter in graph.parameters where !parameter.name.hasPrefix("fc.") {
      try engine.parameters.set(parameter.name, to: try #require(old[parameter.name]))
    }
    let purpose = Purpose(statistics: .running, seed: .crossEntropy, parameterGradients: .from("fc"))
    let program = try engine.program(batch: 2, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 2).scalars)
    for sample in 0..<2 { program.labels[sample] = Int32(sample) }
    try program.run()
    #expect(program.gradients.count == 3 * 40 + 3)
    #expect(try program.gradient("fc.weight").shape == [3, 40])
  }
}
