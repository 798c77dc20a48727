import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// The time and the work of single steps.
@Suite struct ProfileTests {
  @EngineActor
  private func program(
    _ name: String, batch: Int, _ purpose: Purpose, input: Shape? = nil, recomputation: Recomputation = .nothing
  ) throws -> (engine: Engine, program: Program) {
    let architecture = try Architecture.named(name)
    let graph = try input.map { try architecture.graph(classes: 10, input: $0) } ?? architecture.graph(classes: 10)
    let engine = try Engine(graph: graph)
    let program = try engine.program(batch: batch, purpose: purpose, recomputation: recomputation)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: batch).scalars)
    if !program.labels.isEmpty {
      _ = program.labels.update(from: HashedValues.labels(batch: batch, classes: 10).map(Int32.init))
    }
    return (engine, program)
  }

  private func multiplyAdds(_ steps: [StepTime], _ kind: String) -> Int {
    steps.filter { $0.kind == kind }.reduce(0) { $0 + $1.multiplyAdds }
  }

  @Test("Convolutions multiply as often as the summary says, forward and for each gradient", arguments: [1, 6])
  @EngineActor
  func multiplyAdds(batch: Int) throws {
    let (engine, training) = try program("resnet20", batch: batch, .training)
    let summary = engine.graph.summary()
    let first = try #require(summary.layers.first { $0.multiplyAdds > 0 })
    let steps = try training.profile()
    #expect(multiplyAdds(steps, "convolution") == batch * summary.multiplyAdds)
    #expect(multiplyAdds(steps, "weight gradient") == batch * summary.multiplyAdds)
    // Nobody asks for the gradient of the images.
    #expect(multiplyAdds(steps, "input gradient") == batch * (summary.multiplyAdds - first.multiplyAdds))
    let inference = try engine.program(batch: batch, purpose: .inference).profile()
    #expect(multiplyAdds(inference, "convolution") == batch * summary.multiplyAdds)
    for step in steps + inference where !["convolution", "weight gradient", "input gradient"].contains(step.kind) {
      #expect(step.multiplyAdds == 0, "\(step)")
    }
  }

  @Test(
    "Every step moves something, the least is no more than that, and its layer is one of the network's",
    arguments: ["resnet20", "preact_resnet20", "densenet40_k12", "wide_resnet16_2"])
  @EngineActor
  func bytes(name: String) throws {
    for purpose in [Purpose.training, .inference] {
      let (engine, program) = try program(name, batch: 2, purpose, input: [3, 16, 16])
      let names = Set(engine.graph.layers.map(\.name))
      for step in try program.profile() {
        #expect(step.bytes > 0 && step.leastBytes >= 0 && step.leastBytes <= step.bytes, "\(step)")
        #expect(names.contains(step.layer), "\(step)")
      }
    }
  }

  @Test("The bytes of a convolution and a normalisation are those that can be counted by hand")
  @EngineActor
  func countedByHand() throws {
    let builder = GraphBuilder()
    let output = try relu(
      builder.input([16, 8, 8]).convolution("conv", Convolution(outputs: 16, kernel: 3)).batchNormalization("bn"))
    let purpose = Purpose(statistics: .batch, seed: .given, parameterGradients: .all)
    let program = try Engine(graph: builder.graph(output: output)).program(batch: 2, purpose: purpose)
    program.input.update(repeating: 1)
    let steps = try program.profile()
    let tensor = 2 * 16 * 8 * 8 * MemoryLayout<Float>.stride
    let weights = 16 * 16 * 9 * MemoryLayout<Float>.stride
    func only(_ kind: String) throws -> StepTime {
      let found = steps.filter { $0.kind == kind }
      #expect(found.count == 1)
      return try #require(found.first)
    }
    // Input, weights, output.
    #expect(try only("convolution").bytes == 2 * tensor + weights)
    // The input twice, once for its statistics; the output.
    #expect(try only("normalisation").bytes == 3 * tensor)
    #expect(try only("normalisation").leastBytes == 2 * tensor)
    // x and the gradient twice, the result once, and the gradients of scale and shift.
    let parameters = 2 * 16 * MemoryLayout<Float>.stride
    #expect(try only("normalisation gradient").bytes == 5 * tensor + parameters)
    #expect(try only("normalisation gradient").leastBytes == 3 * tensor + parameters)
    #expect(try only("weight gradient").bytes == 2 * tensor + weights)
    #expect(try only("packing").bytes == 2 * weights)
    #expect(try only("packing").leastBytes == 0)
    // What training reads is packed in every run; what only inference reads, when the weights have changed.
    #expect(try program.profile().filter { $0.kind == "packing" }.map(\.bytes) == [2 * weights])
    let (engine, inference) = try self.program("resnet8", batch: 2, .inference)
    func packed() throws -> [Int] { try inference.profile().filter { $0.kind == "packing" }.map(\.bytes) }
    #expect(try packed().allSatisfy { $0 > 0 })
    #expect(try packed().allSatisfy { $0 == 0 })
    engine.parameters.noteChange()
    #expect(try packed().allSatisfy { $0 > 0 })
  }

  @Test(
    "A weight gradient in parts moves a result for each of them, and needs one",
    .enabled("this processor computes in bfloat16") {
      try await EngineActor.run { try Precision.supported().contains(.bfloat16) }
    }, arguments: [false, true])
  @EngineActor
  func parts(hasBias: Bool) throws {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    try Engine.setThreads(2)
    let builder = GraphBuilder()
    let input = try relu(builder.input([16, 8, 8]))
    let convolution = Convolution(outputs: 16, kernel: 3, bias: hasBias ? .uniformByFanIn : nil)
    let graph = builder.graph(output: try input.convolution("conv", convolution))
    let program = try Engine(graph: graph, precision: .bfloat16).program(
      batch: 32, purpose: Purpose(statistics: .batch, seed: .given, parameterGradients: .all))
    program.input.update(repeating: 1)
    let steps = try program.profile()
    let tensor = 32 * 16 * 8 * 8 * 2
    let gradients = graph.parameterCount * MemoryLayout<Float>.stride
    let gradient = try #require(steps.first { $0.kind == "weight gradient" })
    let sums = steps.filter { $0.kind == "sum of parts" }
    #expect(gradient.bytes == 2 * tensor + 2 * gradients && gradient.leastBytes == 2 * tensor + gradients)
    #expect(sums.count == (hasBias ? 2 : 1) && sums.reduce(0) { $0 + $1.bytes } == 3 * gradients)
    // From whatever order into that of the parameters.
    let weights = 9 * 16 * 16 * MemoryLayout<Float>.stride
    for step in steps where step.kind == "weight gradient in plain order" { #expect(step.bytes == weights + gradients) }
    #expect(steps.allSatisfy { $0.leastBytes <= $0.bytes })
  }

  @Test("A normalisation in a dense block counts the channels that it reads, not the tensor that they are a part of")
  @EngineActor
  func joint() throws {
    let (engine, program) = try program("densenet40_k12", batch: 2, .training, input: [3, 16, 16])
    let layers = Dictionary(uniqueKeysWithValues: engine.graph.layers.map { ($0.name, $0) })
    for step in try program.profile() where step.kind == "normalisation" {
      let layer = try #require(layers[step.layer])
      #expect(step.bytes == 3 * 2 * layer.shape.count * MemoryLayout<Float>.stride, "\(step)")
    }
  }

  @Test("What is computed twice to save memory is moved, and not needed")
  @EngineActor
  func recomputation() throws {
    func bytes(_ recomputation: Recomputation) throws -> (moved: Int, least: Int) {
      let (_, program) = try program("cifar_bottleneck_resnet20", batch: 2, .training, recomputation: recomputation)
      return try program.profile().reduce(into: (0, 0)) { sum, step in
        sum.0 += step.bytes
        sum.1 += step.leastBytes
      }
    }
    let (all, some) = (try bytes(.nothing), try bytes(.segments(2)))
    #expect(some.moved > all.moved)
    #expect(some.least == all.least)
  }

  @Test("A profiled run gives the bits of any other run")
  @EngineActor
  func sameBits() throws {
    let (engine, plain) = try program("resnet8", batch: 4, .training)
    try plain.run()
    let (profiledEngine, profiled) = try program("resnet8", batch: 4, .training)
    _ = try profiled.profile()
    #expect(Array(profiled.logits) == Array(plain.logits))
    #expect(Array(profiled.gradients) == Array(plain.gradients))
    #expect(profiledEngine.parameters.tensors() == engine.parameters.tensors())
  }

  @Test("The times of the steps add up to that of the run")
  @EngineActor
  func sum() throws {
    let (_, program) = try program("resnet20", batch: 16, .training)
    _ = try program.profile()
    // Whoever else uses the machine may come between two steps, but hardly every time.
    let shares = try (0..<5).map { _ in
      let start = ContinuousClock.now
      let steps = try program.profile()
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(steps.allSatisfy { $0.seconds >= 0 })
      return steps.reduce(0) { $0 + $1.seconds } / seconds
    }
    #expect(shares.allSatisfy { $0 <= 1 })
    #expect((shares.max() ?? 0) > 0.9, "\(shares)")
  }

  @Test("A profile refuses a label that is no class, like any run")
  @EngineActor
  func labels() throws {
    let (_, program) = try program("resnet8", batch: 2, .training)
    program.labels[1] = 10
    let error = #expect(throws: ResNetError.self) { try program.profile() }
    #expect(error?.code == .data)
  }

  @Test("The median of several runs is taken step by step")
  func medians() {
    func run(_ first: Double, _ second: Double) -> [StepTime] {
      [first, second].map { StepTime(kind: "step", bytes: 1, leastBytes: 1, seconds: $0) }
    }
    #expect(StepTime.medians(of: [run(3, 1), run(1, 9), run(2, 5)]).map(\.seconds) == [2, 5])
    #expect(StepTime.medians(of: []).isEmpty)
  }

  @Test("The machine's peaks are positive numbers, in every precision", arguments: Precision.allCases)
  @EngineActor
  func peak(precision: Precision) throws {
    let peak = try MachinePeak.measured(precision: precision)
    #expect(peak.multiplyAddsPerSecond > 1e6 && peak.multiplyAddsPerSecond < 1e16)
    #expect(peak.bytesPerSecond > 1e6 && peak.bytesPerSecond < 1e15)
  }
}
