import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModels
import ResNetReference
import ResNetTesting
import Testing

/// Activations and packed weights in bfloat16.
@Suite(
  .enabled("this processor computes in bfloat16") {
    try await EngineActor.run { try Precision.supported().contains(.bfloat16) }
  })
struct BFloat16Tests {
  /// Eighths between −1 and 1: their products and sums are exact in single precision, so that only storing rounds.
  private func eighths(_ name: String, _ count: Int) -> [Float] {
    HashedValues.units(name, count: count).map { Float(($0 * 8).rounded() / 8) }
  }

  private func rounded(_ value: Double) -> Double {
    let bits = Float(value).bitPattern
    let up: UInt32 = bits & 0xffff > 0x8000 || (bits & 0xffff == 0x8000 && bits >> 16 & 1 == 1) ? 1 : 0
    return Double(Float(bitPattern: (bits >> 16 + up) << 16))
  }

  static let convolutions: [(Shape, Convolution)] = [
    ([3, 9, 7], Convolution(outputs: 16, kernel: 3)), ([16, 8, 8], Convolution(outputs: 16, kernel: 3)),
    ([16, 9, 9], Convolution(outputs: 32, kernel: 3, stride: 2)),
    ([32, 8, 8], Convolution(outputs: 64, kernel: 1, stride: 2)),
    ([64, 5, 5], Convolution(outputs: 48, kernel: 1)), ([5, 6, 6], Convolution(outputs: 7, kernel: 3)),
    ([32, 6, 6], Convolution(outputs: 32, kernel: 3, groups: 4)),
    ([3, 21, 21], Convolution(outputs: 64, kernel: 7, stride: 2)),
    ([24, 4, 4], Convolution(outputs: 40, kernel: 3)),
  ]

  @Test(
    "A convolution and its gradients are exact but for how they are stored, the batch as a whole or in parts",
    arguments: convolutions.indices, [3, 32])
  @EngineActor
  func convolution(number: Int, batch: Int) throws {
    let (shape, convolution) = Self.convolutions[number]
    let builder = GraphBuilder()
    let graph = builder.graph(
      output: try builder.input(shape).convolution("conv", convolution).globalAveragePooling())
    let weight = try #require(graph.parameters.first)
    let parameters = [weight.name: Tensor(shape: weight.shape, scalars: eighths("w", weight.shape.count))]
    let engine = try Engine(graph: graph, precision: .bfloat16)
    try engine.parameters.set(parameters)
    var purpose = Purpose(statistics: .batch, seed: .given, parameterGradients: .all)
    purpose.inputGradient = true
    purpose.observations = ["conv"]
    purpose.activationGradients = ["conv"]
    let program = try engine.program(batch: batch, purpose: purpose)
    let input = eighths("x", batch * shape.count)
    _ = program.input.update(from: input)
    let positions = Float(graph.layers[1].shape.count / graph.layers[1].shape[0])
    // Shared out over the positions, these are −1, 0 and 1 again.
    _ = program.outputGradient.update(
      from: eighths("g", program.outputGradient.count).map { $0 == 0 ? 0 : $0 > 0 ? positions : -positions })
    try program.run()

    let found = try program.activation("conv").scalars.map(Double.init)
    let trace = try Reference(graph: graph, parameters: parameters).forward(input.map(Double.init), batch: batch)
    #expect(found == trace.outputs[1].map(rounded))
    #expect(Set(try program.activationGradient("conv").scalars).isSubset(of: [-1, 0, 1]))
    let single = try Engine(graph: graph)
    try single.parameters.set(parameters)
    let exact = try single.program(batch: batch, purpose: purpose)
    _ = exact.input.update(from: input)
    _ = exact.outputGradient.update(from: program.outputGradient)
    try exact.run()
    #expect(try program.gradient(weight.name) == exact.gradient(weight.name))
    #expect(
      try program.inputGradient().scalars.map(Double.init)
        == exact.inputGradient().scalars.map { rounded(Double($0)) })
  }

  @Test("Random graphs give the reference's logits, but for 8 bits of precision", arguments: 0..<120)
  @EngineActor
  func forward(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(seed))
    let parameters = HashedValues.parameters(of: graph)
    let engine = try Engine(graph: graph, precision: .bfloat16)
    try engine.parameters.set(parameters)
    let batch = 8 + seed % 3
    let input = HashedValues.input(graph.inputShape, batch: batch)
    let reference = try Reference(graph: graph, parameters: parameters)
    for statistics in [Purpose.Statistics.running, .batch] {
      let program = try engine.program(batch: batch, purpose: Purpose(statistics: statistics))
      _ = program.input.update(from: input.scalars)
      try program.run()
      let trace = try reference.forward(
        input.scalars.map(Double.init), batch: batch,
        options: .init(statistics: statistics == .batch ? .batch : .running))
      let difference = distance(program.logits.map(Double.init), trace.logits)
      #expect(difference <= 0.05, "\(statistics): \(difference)")
    }
  }

  @Test("Gradients are single precision's, but for 8 bits of precision and what they decide, on random graphs")
  @EngineActor
  func gradients() throws {
    var distances: [Double] = []
    for seed in 0..<60 {
      let graph = try RandomGraph.make(seed: UInt64(3000 + seed))
      var purpose = Purpose.training
      purpose.inputGradient = true
      purpose.gates = seed % 3 == 0
      let outcomes = try [Precision.float32, .bfloat16].map { precision in
        let engine = try Engine(graph: graph, precision: precision)
        try engine.parameters.set(HashedValues.parameters(of: graph))
        let program = try engine.program(batch: 16, purpose: purpose)
        _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 16).scalars)
        _ = program.labels.update(
          from: HashedValues.labels(batch: 16, classes: graph.outputShape[0]).map(Int32.init))
        program.setDropoutStep(seed: 5, iteration: seed)
        try program.run()
        return (
          program.gradients.map(Double.init) + (try program.inputGradient().scalars.map(Double.init)), program.loss
        )
      }
      #expect(abs(outcomes[0].1 - outcomes[1].1) <= 0.02 * outcomes[0].1)
      distances.append(distance(outcomes[1].0, outcomes[0].0))
    }
    // Where a digit that is lost decides whether ReLU passes a value, its share of the gradient comes or goes.
    distances.sort()
    #expect(distances[30] <= 0.05 && distances[53] <= 0.15 && distances[59] <= 0.4, "\(distances)")
  }

  @Test("Where nothing but storing rounds, two runs give the same bits")
  @EngineActor
  func sameBits() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10)
    let runs = try (0..<2).map { _ in
      let engine = try Engine(graph: graph, seed: 3, precision: .bfloat16)
      let program = try engine.program(batch: 16, purpose: .training)
      _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 16).scalars)
      _ = program.labels.update(from: HashedValues.labels(batch: 16, classes: 10).map(Int32.init))
      try program.run()
      return Array(program.gradients) + Array(program.logits)
    }
    #expect(runs[0] == runs[1])
  }

  @Test("It takes about half of the memory")
  @EngineActor
  func memory() throws {
    let graph = try Architecture.cifar(depth: 20).graph(classes: 10)
    let needs = try [Precision.float32, .bfloat16].map {
      try Engine(graph: graph, precision: $0).memory(batch: 128, purpose: .training).arenaBytes
    }
    #expect(Double(needs[1]) < 0.6 * Double(needs[0]))
  }

  /// The norm of the difference over the norm of the truth.
  private func distance(_ found: [Double], _ truth: [Double]) -> Double {
    let difference = zip(found, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / max(truth.reduce(0) { $0 + $1 * $1 }, 1e-30)).squareRoot()
  }
}
