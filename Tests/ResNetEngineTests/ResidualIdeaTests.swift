import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

/// What residual learning claims, as it shows in the engine.
@Suite struct ResidualIdeaTests {
  @Test("With a zero branch a block returns g(a[l]), bit for bit", arguments: ["resnet20", "resnet18", "resnet50"])
  @EngineActor
  func zeroBranch(network: String) throws {
    var architecture = try Architecture.named(network)
    architecture.zeroLastScale = true
    let graph = try architecture.graph(classes: 10, input: [3, 33, 35])
    let engine = try Engine(graph: graph, seed: 1)
    var purpose = Purpose.inference
    // The second block of the first stage has an identity shortcut.
    purpose.observations = ["layer1.0", "layer1.1"]
    let program = try engine.program(batch: 2, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 2).scalars)
    try program.run()
    let before = try program.activation("layer1.0")
    #expect(before.scalars.contains { $0 > 0 })
    #expect(try program.activation("layer1.1") == before)
  }

  @Test("A stage of zero branches without a last ReLU passes input and gradient unchanged, bit for bit")
  @EngineActor
  func identityStage() throws {
    let builder = GraphBuilder()
    let image = try builder.input([3, 8, 8])
    let entry = try image.convolution("entry", Convolution(outputs: 16, kernel: 3))
    var a = entry
    for block in 0..<5 {
      a = try builder.scoped("block\(block)") {
        let branch = try relu(a.batchNormalization("bn1")).convolution("conv1", Convolution(outputs: 16, kernel: 3))
        let last = try relu(branch.batchNormalization("bn2"))
          .convolution("conv2", Convolution(outputs: 16, kernel: 3, weight: .constant(0)))
        return try last + a
      }
    }
    let graph = builder.graph(output: try a.globalAveragePooling().linear("fc", Linear(outputs: 4)))
    let engine = try Engine(graph: graph, seed: 3)
    var purpose = Purpose.training
    purpose.observations = ["entry", "block4.add"]
    purpose.activationGradients = ["entry", "block4.add"]
    let program = try engine.program(batch: 2, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 2).scalars)
    try program.run()
    #expect(try program.activation("entry") == program.activation("block4.add"))
    #expect(try program.activationGradient("entry") == program.activationGradient("block4.add"))
  }

  @Test(
    "A pre-activation stage of the catalogue whose branches end in zero passes input and gradient unchanged, bit for bit",
    arguments: ["preact_resnet20", "preact_bottleneck_resnet29"], Array(1...3))
  @EngineActor
  func preactivationStage(network: String, stage: Int) throws {
    var architecture = try Architecture.named(network)
    architecture.zeroLastScale = true
    let graph = try architecture.graph(classes: 4, input: [3, 17, 15])
    let engine = try Engine(graph: graph, seed: 3)
    // The first block changes the size or takes its input activated; all later ones are the identity.
    let ends = ["layer\(stage).0.add", "layer\(stage).2.add"]
    var purpose = Purpose.training
    purpose.observations = Set(ends)
    purpose.activationGradients = Set(ends)
    let program = try engine.program(batch: 3, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 3).scalars)
    try program.run()
    let gradients = try ends.map { try program.activationGradient($0) }
    #expect(gradients[0].scalars.contains { $0 != 0 } && gradients[0] == gradients[1])
    #expect(try program.activation(ends[0]) == program.activation(ends[1]))
  }

  /// Norms of ∂L/∂a at the output of every block, first to last.
  @EngineActor
  private func gradientNorms(_ architecture: Architecture) throws -> [Double] {
    var architecture = architecture
    architecture.normalization = .none
    architecture.initialization = .normal(deviation: 0.05)
    let graph = try architecture.graph(classes: 10)
    let engine = try Engine(graph: graph, seed: 2)
    let blocks = architecture.stages.enumerated().flatMap { stage, shape in
      (0..<shape.blocks).map { "layer\(stage + 1).\($0)" }
    }
    var purpose = Purpose(statistics: .batch, seed: .crossEntropy)
    purpose.activationGradients = Set(blocks)
    let program = try engine.program(batch: 4, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 4).scalars)
    try program.run()
    return try blocks.map { block in
      let gradient = try program.activationGradient(block)
      return gradient.scalars.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
  }

  @Test("Without normalisation gradients vanish exponentially in a plain net and stay in a band in a residual one")
  @EngineActor
  func vanishingGradients() throws {
    let plain = try gradientNorms(.named("plain56"))
    let residual = try gradientNorms(.named("resnet56"))
    // Within the first stage, where widths are equal: nine blocks, eighteen layers.
    let plainRatio = plain[0] / plain[8]
    let residualRatio = residual[0] / residual[8]
    #expect(plainRatio < 1e-3, "\(plain.prefix(9))")
    #expect((0.2...20).contains(residualRatio), "\(residual.prefix(9))")
    // Each third of the way multiplies the plain net's norm by about the same: that is what exponential means.
    let thirds = [plain[2] / plain[5], plain[5] / plain[8]]
    #expect(thirds.allSatisfy { $0 < 0.25 }, "\(thirds)")
  }
}
