import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// The work on a batch, divided so that it stays in the cache.
@Suite struct SlicingTests {
  /// All that a training step leaves, with as many slices as there can be or with none.
  @EngineActor
  private func outcome(
    _ graph: Graph, batch: Int, precision: Precision, isSliced: Bool
  ) throws -> (values: [[Float]], steps: Int) {
    let engine = try Engine(graph: graph, precision: precision)
    engine.slicing = isSliced ? Slicing(cachedBytes: 0, weightShare: 0) : Slicing(cachedBytes: .max >> 8)
    try engine.parameters.set(HashedValues.parameters(of: graph))
    var purpose = Purpose.training
    purpose.inputGradient = true
    let program = try engine.program(batch: batch, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: batch).scalars)
    _ = program.labels.update(from: HashedValues.labels(batch: batch, classes: graph.outputShape[0]).map(Int32.init))
    program.setDropoutStep(seed: 1, iteration: 2)
    try program.run()
    let statistics = engine.parameters.tensors().filter { $0.key.hasSuffix("running_var") }
      .sorted { $0.key < $1.key }.flatMap(\.value.scalars)
    return (
      [
        Array(program.logits), Array(program.gradients), try program.inputGradient().scalars, statistics,
      ], program.steps.count
    )
  }

  @Test("Slices change the rounding of a training step alone", arguments: 0..<60)
  @EngineActor
  func randomGraphs(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(7000 + seed))
    let whole = try outcome(graph, batch: 16, precision: .float32, isSliced: false)
    let sliced = try outcome(graph, batch: 16, precision: .float32, isSliced: true)
    for (found, expected) in zip(sliced.values, whole.values) {
      #expect(found.count == expected.count)
      let size = expected.reduce(1e-6) { $0 + Double($1) * Double($1) }
      let difference = zip(found, expected).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      #expect((difference / size).squareRoot() <= 1e-3)
    }
  }

  @Test("A large batch of a narrow network is divided, a small one is not")
  @EngineActor
  func choice() throws {
    let graph = try Architecture.cifar(depth: 20).graph(classes: 10)
    func slices(_ batch: Int) -> [Int] {
      let layouts = graph.layers.map { Layout.fast($0.shape, .float32, lanes: 16) }
      return Slicing().slices(graph, layouts, batch: batch, threads: 2) { _ in false }
    }
    #expect(slices(128).max() == 8)
    #expect(slices(2).max() == 1)
    #expect(slices(81).max() == 1)
    #expect(slices(128).last == 1)
  }

  @Test("There are more steps where the batch is divided")
  @EngineActor
  func steps() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10)
    let whole = try outcome(graph, batch: 8, precision: .float32, isSliced: false)
    let sliced = try outcome(graph, batch: 8, precision: .float32, isSliced: true)
    #expect(sliced.steps > 2 * whole.steps)
  }
}
