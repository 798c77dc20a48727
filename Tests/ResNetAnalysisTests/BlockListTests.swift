import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModels
import ResNetReference
import ResNetTesting
import Testing

@testable import ResNetAnalysis

@Suite struct BlockListTests {
  private func list(_ architecture: Architecture) throws -> BlockList {
    try BlockList(architecture.graph(classes: 4, input: [3, 8, 8]))
  }

  @Test("Residual blocks are those that end in an addition, and all of them can be deleted")
  func residual() throws {
    let blocks = try list(.cifar(depth: 20))
    #expect(blocks.isResidual)
    #expect(blocks.blocks.map(\.name) == (1...3).flatMap { stage in (0..<3).map { "layer\(stage).\($0)" } })
    #expect(blocks.blocks.map(\.stage).suffix(3) == ["layer3", "layer3", "layer3"])
    #expect(blocks.deletable == Array(0..<9))
    #expect(try blocks.graph == Architecture.cifar(depth: 20).graph(classes: 4, input: [3, 8, 8]))
  }

  @Test("A plain network's blocks can be deleted where they keep the shape")
  func plain() throws {
    let blocks = try list(.named("plain20"))
    #expect(!blocks.isResidual)
    #expect(blocks.blocks.count == 9)
    #expect(blocks.deletable == [0, 1, 2, 4, 5, 7, 8])
    #expect(blocks.graph.layers.count(where: { $0.operation == .add }) == 7)
  }

  @Test("Blocks within a block are part of its branch")
  func nested() throws {
    var architecture = try Architecture.cifar(depth: 8)
    architecture.block = Block([.block(.basic), .convolution(kernel: 3)])
    let blocks = try list(architecture)
    #expect(blocks.graph.layers.count(where: { $0.operation == .add }) == 6)
    #expect(blocks.blocks.map(\.name) == ["layer1.0", "layer2.0", "layer3.0"])
  }

  @Test("A DenseNet has no blocks that could be deleted")
  func dense() throws {
    #expect(try list(.dense(depth: 10, growth: 4, isCompressed: true)).deletable.isEmpty)
  }

  @Test(
    "A plain network without a block computes what the network computes that never had it, and with it the same as ever"
  )
  func plainDeletion() throws {
    let graph = try Architecture.named("plain14").graph(classes: 4, input: [3, 8, 8])
    let blocks = try BlockList(graph)
    let parameters = HashedValues.parameters(of: graph)
    let input = HashedValues.input([3, 8, 8], batch: 2).scalars.map(Double.init)
    func logits(_ graph: Graph, _ gates: [String: Reference.Gate] = [:]) throws -> [Double] {
      let kept = Set(graph.parameters.map(\.name))
      return try Reference(graph: graph, parameters: parameters.filter { kept.contains($0.key) })
        .forward(input, batch: 2, options: .init(statistics: .running, gates: gates)).logits
    }
    for deleted in [[], [0], [1, 3], blocks.deletable] {
      var gates: [String: Reference.Gate] = [:]
      for (position, block) in blocks.blocks.enumerated() {
        guard let addition = block.addition else { continue }
        let isDeleted = deleted.contains(position)
        gates[addition] = .init(branch: isDeleted ? 0 : 1, shortcut: isDeleted ? 1 : 0)
      }
      let names = deleted.map { blocks.blocks[$0].name }
      let without = graph.bypassing { layer in names.contains { layer.isInModule($0) } }
      #expect(try logits(blocks.graph, gates) == logits(without), "\(names)")
    }
  }

  @Test(
    "Deleting in the engine is what gates are in the equations, and is undone to the last bit",
    arguments: ["resnet14", "plain14"])
  @EngineActor
  func engine(network: String) throws {
    let graph = try Architecture.named(network).graph(classes: 4, input: [3, 8, 8])
    let blocks = try BlockList(graph)
    let parameters = HashedValues.parameters(of: graph)
    let engine = try Engine(graph: blocks.graph)
    try engine.parameters.set(parameters)
    var purpose = Purpose.inference
    purpose.gates = true
    let program = try engine.program(batch: 2, purpose: purpose)
    let input = HashedValues.input([3, 8, 8], batch: 2)
    func logits(without deleted: [Int]) throws -> [Float] {
      try blocks.delete(deleted, in: program)
      _ = program.input.update(from: input.scalars)
      try program.run()
      return Array(program.logits)
    }
    let whole = try logits(without: [])
    let reference = try Reference(graph: blocks.graph, parameters: parameters)
    for deleted in blocks.deletable.map({ [$0] }) + [blocks.deletable] {
      var gates: [String: Reference.Gate] = [:]
      for (position, block) in blocks.blocks.enumerated() {
        guard let addition = block.addition else { continue }
        let isDeleted = deleted.contains(position)
        gates[addition] = .init(branch: isDeleted ? 0 : 1, shortcut: isDeleted || network == "resnet14" ? 1 : 0)
      }
      let expected = try reference.forward(
        input.scalars.map(Double.init), batch: 2, options: .init(statistics: .running, gates: gates)
      ).logits
      let found = try logits(without: deleted)
      let size = expected.map(abs).max() ?? 0
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) <= 1e-4 * size }, "\(deleted)")
      #expect(found != whole)
    }
    #expect(try logits(without: []) == whole)

    // The same network as everybody else runs it.
    let plain = try Engine(graph: graph)
    try plain.parameters.set(parameters)
    let usual = try plain.program(batch: 2, purpose: .inference)
    _ = usual.input.update(from: input.scalars)
    try usual.run()
    let size = whole.map(abs).max() ?? 0
    #expect(zip(whole, usual.logits).allSatisfy { abs($0 - $1) <= 1e-5 * size })
  }

  @Test(
    "Blocks of one stage with the same parameters can change places, and no others", arguments: ["resnet20", "plain20"])
  func exchangeable(network: String) throws {
    // The first blocks of the later stages have more outputs than inputs.
    #expect(try list(.named(network)).exchangeable == [[0, 1, 2], [4, 5], [7, 8]])
    #expect(try list(.cifar(depth: 8)).exchangeable.isEmpty)
  }

  @Test("Exchanged blocks have each other's parameters, and all else keeps its own")
  func exchanged() throws {
    let blocks = try list(.cifar(depth: 20))
    let parameters = HashedValues.parameters(of: blocks.graph)
    var order = Array(0..<9)
    #expect(blocks.exchanged(parameters, order: order) == parameters)
    order.swapAt(0, 2)
    let changed = blocks.exchanged(parameters, order: order)
    #expect(changed["layer1.0.conv1.weight"] == parameters["layer1.2.conv1.weight"])
    #expect(changed["layer1.2.bn2.running_var"] == parameters["layer1.0.bn2.running_var"])
    #expect(
      changed.filter { parameters[$0.key] != $0.value }.keys.allSatisfy {
        $0.hasPrefix("layer1.0.") || $0.hasPrefix("layer1.2.")
      })
    #expect(blocks.exchanged(changed, order: order) == parameters)
  }
}
