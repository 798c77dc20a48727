import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetReference
import ResNetTesting
import Testing

/// The engine against the interpreter in Double.
@Suite struct EngineForwardTests {
  @Test("The forward pass equals the reference on random graphs", arguments: 0..<240)
  @EngineActor
  func forward(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(seed))
    let parameters = HashedValues.parameters(of: graph)
    let engine = try Engine(graph: graph)
    try engine.parameters.set(parameters)
    let batch = 2 + seed % 3
    let input = HashedValues.input(graph.inputShape, batch: batch)
    let reference = try Reference(graph: graph, parameters: parameters)
    for statistics in [Purpose.Statistics.running, .batch] {
      let program = try engine.program(batch: batch, purpose: Purpose(statistics: statistics))
      _ = program.input.update(from: input.scalars)
      try program.run()
      let trace = try reference.forward(
        input.scalars.map(Double.init), batch: batch,
        options: .init(statistics: statistics == .batch ? .batch : .running))
      let greatest = trace.logits.map(abs).max() ?? 1
      let difference = zip(program.logits, trace.logits).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(difference <= 1e-4 * greatest, "\(statistics): \(difference) of \(greatest)")
    }
  }

  @Test("An addition in place never changes what another layer still reads")
  @EngineActor
  func additionsInPlace() throws {
    let builder = GraphBuilder()
    let image = try builder.input([3, 6, 6])
    func convolution(_ node: Node, _ name: String) throws -> Node {
      try node.convolution(name, Convolution(outputs: 16, kernel: 3))
    }
    let x = try relu(convolution(image, "entry"))
    let late = try convolution(x, "late")
    let sum = try convolution(relu(convolution(x, "conv1")), "conv2") + x
    // `late` reads x before `sum` in the graph, and rides on an addition behind it; `skip` adds to its own input.
    let both = try late + sum
    let skip = try convolution(both, "skip") + both
    let graph = builder.graph(output: try skip.globalAveragePooling().linear("fc", Linear(outputs: 3)))
    let parameters = HashedValues.parameters(of: graph)
    let engine = try Engine(graph: graph)
    try engine.parameters.set(parameters)
    let program = try engine.program(batch: 2, purpose: .inference)
    let input = HashedValues.input(graph.inputShape, batch: 2).scalars
    _ = program.input.update(from: input)
    try program.run()
    let trace = try Reference(graph: graph, parameters: parameters).forward(input.map(Double.init), batch: 2)
    #expect(greatestDifference(program.logits.map(Double.init), trace.logits) <= 1e-4)
  }

  @Test("Observed layers equal the reference, and running statistics after a step do too", arguments: 0..<60)
  @EngineActor
  func observations(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(1000 + seed))
    let parameters = HashedValues.parameters(of: graph)
    let engine = try Engine(graph: graph)
    try engine.parameters.set(parameters)
    let input = HashedValues.input(graph.inputShape, batch: 3)
    var purpose = Purpose.training
    purpose.observations = Set(graph.layers.map(\.name))
    let program = try engine.program(batch: 3, purpose: purpose)
    _ = program.input.update(from: input.scalars)
    for sample in 0..<3 { program.labels[sample] = Int32(sample % graph.outputShape[0]) }
    program.setDropoutStep(seed: 5, iteration: seed)
    try program.run()
    let trace = try Reference(graph: graph, parameters: parameters)
      .forward(
        input.scalars.map(Double.init), batch: 3,
        options: .init(statistics: .batch, dropoutStep: .init(seed: 5, iteration: seed)))
    for (position, layer) in graph.layers.enumerated() {
      let expected = trace.outputs[position]
      let greatest = expected.map(abs).max() ?? 0
      let difference = zip(try program.activation(layer.name).scalars, expected).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(difference <= 2e-4 * max(greatest, 1e-3), "\(layer.name)")
    }
    for (name, expected) in trace.runningStatistics {
      let found = try engine.parameters.tensor(name).scalars
      let difference = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(difference <= 1e-4 * max(expected.map(abs).max() ?? 0, 1e-2), "\(name)")
    }
  }
}
