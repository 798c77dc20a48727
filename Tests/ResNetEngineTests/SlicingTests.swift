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
    _ graph: Graph, batch: Int, isSliced: Bool
  ) throws -> (results: [Float], gradients: [Float], inputGradient: [Float], steps: Int) {
    let engine = try Engine(graph: graph)
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
      Array(program.logits) + statistics, Array(program.gradients), try program.inputGradient().scalars,
      program.steps.count
    )
  }

  @Test("Slices change the rounding of a training step alone, on random graphs")
  @EngineActor
  func randomGraphs() throws {
    var changes = 0
    for seed in 0..<60 {
      let graph = try RandomGraph.make(seed: UInt64(7000 + seed))
      let whole = try outcome(graph, batch: 16, isSliced: false)
      let sliced = try outcome(graph, batch: 16, isSliced: true)
      #expect(distance(sliced.results, whole.results) <= 1e-4, "graph \(seed)")
      let difference = max(
        distance(sliced.gradients, whole.gradients), distance(sliced.inputGradient, whole.inputGradient))
      // Where the last digit decides whether ReLU passes a value, that value's share of the gradient comes or goes.
      #expect(difference <= 0.05, "graph \(seed)")
      if difference > 1e-3 { changes += 1 }
    }
    #expect(changes <= 3)
  }

  /// The norm of the difference over the norm of the truth.
  private func distance(_ found: [Float], _ truth: [Float]) -> Double {
    let size = truth.reduce(1e-6) { $0 + Double($1) * Double($1) }
    let difference = zip(found, truth).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return (difference / size).squareRoot()
  }

  @Test("A large batch of a narrow network is divided, a small one is not")
  @EngineActor
  func choice() throws {
    let graph = try Architecture.cifar(depth: 20).graph(classes: 10)
    func slices(_ batch: Int) -> [Int] {
      let layouts = graph.layers.map { Layout.fast($0.shape, .float32, lanes: 16) }
      return Slicing().slices(graph, layouts, batch: batch, threads: 2) { _ in false }
    }
    #expect(slices(128).max() == 4)
    #expect(slices(2).max() == 1)
    #expect(slices(81).max() == 1)
    #expect(slices(128).last == 1)
  }

  @Test("There are more steps where the batch is divided")
  @EngineActor
  func steps() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10)
    let whole = try outcome(graph, batch: 8, isSliced: false)
    let sliced = try outcome(graph, batch: 8, isSliced: true)
    #expect(sliced.steps > 2 * whole.steps)
  }
}
