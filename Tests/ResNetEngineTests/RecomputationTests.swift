import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Activations that are computed twice so that they need not be kept.
@Suite struct RecomputationTests {
  /// All that a training step leaves.
  private struct Outcome: Equatable {
    var losses: [Float]
    var logits: [Float]
    var gradients: [Float]
    var inputGradient: Tensor
    var watchedGradient: Tensor
    var observed: Tensor
    var parameters: [String: Tensor]
  }

  @EngineActor
  private func purpose(_ graph: Graph, seed: Int, gates: Bool = false) -> Purpose {
    var purpose = Purpose.training
    purpose.inputGradient = true
    purpose.activationGradients = [graph.layers[1 + seed % (graph.layers.count - 1)].name]
    purpose.observations = [graph.layers[1 + (7 * seed + 3) % (graph.layers.count - 1)].name]
    purpose.gates = gates
    return purpose
  }

  /// A step of the program that `choose` takes of a new engine.
  @EngineActor
  private func outcome(
    _ graph: Graph, _ purpose: Purpose, batch: Int, program choose: (Engine) throws -> Program
  ) throws -> (outcome: Outcome, program: Program) {
    let engine = try Engine(graph: graph)
    try engine.parameters.set(HashedValues.parameters(of: graph))
    let program = try choose(engine)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: batch).scalars)
    _ = program.labels.update(
      from: HashedValues.labels(batch: batch, classes: graph.outputShape[0]).map(Int32.init))
    program.setDropoutStep(seed: 5, iteration: 3)
    if purpose.gates {
      for (number, layer) in graph.layers.enumerated() where layer.operation == .add {
        try program.setGate(layer.name, branch: [0.5, 0.25, 1][number % 3], shortcut: [1, 0.75][number % 2])
      }
    }
    try program.run()
    let outcome = Outcome(
      losses: Array(program.losses), logits: Array(program.logits), gradients: Array(program.gradients),
      inputGradient: try program.inputGradient(),
      watchedGradient: try program.activationGradient(purpose.activationGradients.first ?? ""),
      observed: try program.activation(purpose.observations.first ?? ""), parameters: engine.parameters.tensors())
    return (outcome, program)
  }

  /// Every choice that a graph has gives what keeping everything gives, to the last bit.
  @EngineActor
  private func check(_ graph: Graph, batch: Int, seed: Int, gates: Bool = false) throws -> [MemoryNeed] {
    let purpose = purpose(graph, seed: seed, gates: gates)
    let choices = try Engine(graph: graph).planned(batch: batch, purpose: purpose, .nothing).lowering.choices
    let (expected, _) = try outcome(graph, purpose, batch: batch) { try $0.program(batch: batch, purpose: purpose) }
    #expect(expected.gradients.contains { $0 != 0 })
    return try choices.map { choice in
      let (found, program) = try outcome(graph, purpose, batch: batch) {
        try $0.program(batch: batch, purpose: purpose, recomputation: choice)
      }
      #expect(found == expected, "\(choice)")
      #expect(program.memory.recomputation == choice)
      return program.memory
    }
  }

  @Test("Gradients, losses and statistics are the same bits on random graphs", arguments: 0..<60)
  @EngineActor
  func randomGraphs(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(9000 + seed))
    _ = try check(graph, batch: 2 + seed % 3, seed: seed, gates: seed % 4 == 0)
  }

  /// Small networks of every kind.
  enum Kind: CaseIterable {
    case residual, bottleneck, plain, preActivation, dense, gated

    func graph() throws -> Graph {
      switch self {
      case .residual: return try Architecture.named("resnet32").graph(classes: 10, input: [3, 16, 16])
      case .bottleneck: return try Architecture.named("resnet50").graph(classes: 10, input: [3, 33, 35])
      case .plain: return try Architecture.named("plain32").graph(classes: 10, input: [3, 16, 16])
      case .preActivation: return try preActivation()
      case .dense: return try dense()
      case .gated: return try gated()
      }
    }

    private func preActivation() throws -> Graph {
      let builder = GraphBuilder()
      var a = try builder.input([3, 12, 12]).convolution("conv1", Convolution(outputs: 16, kernel: 3))
      for block in 0..<12 {
        a = try builder.scoped("block\(block)") {
          let first = try relu(a.batchNormalization("bn1")).convolution("conv1", Convolution(outputs: 16, kernel: 3))
          let second = try relu(first.batchNormalization("bn2"))
          return try second.convolution("conv2", Convolution(outputs: 16, kernel: 3)) + a
        }
      }
      let end = try relu(a.batchNormalization("bn"))
      return builder.graph(output: try end.globalAveragePooling().linear("fc", Linear(outputs: 4)))
    }

    /// Two blocks of dense connections with dropout, and pooling by maximum and by mean between them.
    private func dense() throws -> Graph {
      let builder = GraphBuilder()
      var a = try builder.input([3, 16, 16]).convolution("conv1", Convolution(outputs: 16, kernel: 3))
      a = try a.maxPooling("pool", Pooling(kernel: 3, stride: 1, padding: 1))
      for block in 0..<2 {
        for layer in 0..<6 {
          a = try builder.scoped("block\(block).\(layer)") {
            let narrow = try relu(a.batchNormalization("bn1"))
              .convolution("conv1", Convolution(outputs: 32, kernel: 1))
            let new = try relu(narrow.batchNormalization("bn2"))
              .convolution("conv2", Convolution(outputs: 16, kernel: 3))
            return try concatenate([a, new.dropout("drop", Dropout(rate: 0.25))])
          }
        }
        a = try relu(a.batchNormalization("bn\(block)"))
        guard block == 0 else { continue }
        a = try a.convolution("transition", Convolution(outputs: 48, kernel: 1))
          .averagePooling("halve", Pooling(kernel: 2, stride: 2, padding: 0))
      }
      return builder.graph(output: try a.globalAveragePooling().linear("fc", Linear(outputs: 4)))
    }

    /// Branches whose channels are weighted by a gate of their own, and dropped as a whole now and then.
    private func gated() throws -> Graph {
      let builder = GraphBuilder()
      var a = try builder.input([3, 12, 12]).convolution("conv1", Convolution(outputs: 16, kernel: 3))
      for block in 0..<6 {
        a = try builder.scoped("block\(block)") {
          let z = try a.convolution("conv1", Convolution(outputs: 16, kernel: 3, groups: 2)).batchNormalization("bn1")
          let squeezed = try relu(z.globalAveragePooling().linear("fc1", Linear(outputs: 4)))
          let gate = try squeezed.linear("fc2", Linear(outputs: 16)).sigmoid("sigmoid")
          let branch = try (z * gate).dropout("drop", Dropout(rate: 0.25, unit: .sample))
          return try relu(branch + a.affine("scale", scale: 0.5))
        }
      }
      return builder.graph(output: try a.globalAveragePooling().linear("fc", Linear(outputs: 4)))
    }
  }

  @Test("Every kind of network gives the same bits, and needs less memory", arguments: Kind.allCases)
  @EngineActor
  func kinds(_ kind: Kind) throws {
    let needs = try check(kind.graph(), batch: 3, seed: 11)
    #expect(needs.count >= 4)
    #expect(needs[0].recomputedLayers == 0)
    #expect(needs[1].recomputedLayers > 0)
    #expect(needs[1].arenaBytes < needs[0].arenaBytes)
    #expect(needs.dropFirst(2).contains { $0.arenaBytes < needs[1].arenaBytes })
  }

  @Test("Memory of a deep network grows with the root of its depth")
  @EngineActor
  func deep() throws {
    var arenas: [(all: Int, least: Int)] = []
    for network in ["resnet20", "resnet110"] {
      let engine = try Engine(graph: Architecture.named(network).graph(classes: 10))
      let all = try engine.planned(batch: 32, purpose: .training, .nothing)
      let sizes = try all.lowering.choices.map { try engine.planned(batch: 32, purpose: .training, $0).need.arenaBytes }
      arenas.append((all.need.arenaBytes, try #require(sizes.min())))
    }
    // From 9 blocks to 54.
    #expect(arenas[1].all > 4 * arenas[0].all)
    #expect(arenas[1].least < 3 * arenas[0].least)
    #expect(5 * arenas[1].least < arenas[1].all)
  }

  @Test("Each limit takes the first choice that fits; the least that works does, and a byte less is refused")
  @EngineActor
  func limits() throws {
    let graph = try Kind.residual.graph()
    let engine = try Engine(graph: graph)
    let choices = try engine.planned(batch: 4, purpose: .training, .nothing).lowering.choices
    let needs = try choices.map { try engine.planned(batch: 4, purpose: .training, $0).need }
    for (position, need) in needs.enumerated() {
      engine.memoryLimit = MemoryLimit(bytes: need.arenaBytes + 1000, otherBytes: 1000)
      let expected = needs[...position].first { $0.arenaBytes <= need.arenaBytes }
      #expect(try engine.memory(batch: 4, purpose: .training) == expected)
      #expect(try engine.program(batch: 4, purpose: .training).memory == expected)
      #expect(engine.arenaBytes >= need.arenaBytes)
    }
    let least = try #require(needs.map(\.arenaBytes).min())
    engine.memoryLimit = MemoryLimit(bytes: least)
    #expect(throws: Never.self) { try engine.program(batch: 4, purpose: .training) }
    engine.memoryLimit = MemoryLimit(bytes: least - 1)
    let error = #expect(throws: ResNetError.self) { try engine.program(batch: 4, purpose: .training) }
    #expect(error?.code == .unavailable)
    #expect(error?.remedy.contains("\((least + 1 << 20 - 1) >> 20) MiB") == true)
    engine.memoryLimit = nil
    #expect(try engine.program(batch: 4, purpose: .training).memory == needs[0])
  }

  @Test("A program without gradients has nothing to compute twice, and is refused where the limit is too small")
  @EngineActor
  func inference() throws {
    let engine = try Engine(graph: Kind.residual.graph())
    let need = try engine.memory(batch: 4, purpose: .inference)
    #expect(need.recomputation == .nothing)
    engine.memoryLimit = MemoryLimit(bytes: need.arenaBytes)
    #expect(throws: Never.self) { try engine.program(batch: 4, purpose: .inference) }
    engine.memoryLimit = MemoryLimit(bytes: need.arenaBytes + 99, otherBytes: 100)
    let error = #expect(throws: ResNetError.self) { try engine.program(batch: 4, purpose: .inference) }
    #expect(error?.message.contains("parameters") == true)
    engine.memoryLimit = MemoryLimit(bytes: 0, otherBytes: Int.max)
    #expect(throws: ResNetError.self) { try engine.program(batch: 4, purpose: .inference) }
  }

  @Test("Planning takes no memory to run in")
  @EngineActor
  func planning() throws {
    let engine = try Engine(graph: Kind.residual.graph())
    let need = try engine.memory(batch: 64, purpose: .training)
    #expect(need.arenaBytes > 0)
    #expect(engine.arenaBytes == 0)
  }

  @Test("There is something to choose from at every depth, and never much", arguments: [0, 1, 2, 3, 20, 600, 5000])
  func choices(cuts: Int) {
    let choices = Recomputation.choices(cuts: cuts)
    #expect(choices.starts(with: [.nothing, .cheapLayers]))
    #expect(choices.count <= 10)
    for case .segments(let count) in choices { #expect((2...cuts).contains(count)) }
    #expect(choices.count > 2 || cuts < 2)
    #expect(Set(choices.map(\.description)).count == choices.count)
  }
}
