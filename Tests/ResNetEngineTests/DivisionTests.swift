import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetReference
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Batches that threads divide among themselves.
@Suite struct DivisionTests {
  @EngineActor
  private func logits(
    _ graph: Graph, _ input: Tensor, batch: Int, threads: Int, precision: Precision = .float32
  ) throws -> [Float] {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    try Engine.setThreads(threads)
    let engine = try Engine(graph: graph, precision: precision)
    try engine.parameters.set(HashedValues.parameters(of: graph))
    let program = try engine.program(batch: batch, purpose: .inference)
    return try runs(program, input)
  }

  /// The logits of an input that holds as many batches as it likes.
  @EngineActor
  private func runs(_ program: Program, _ input: Tensor) throws -> [Float] {
    let count = program.input.count
    return try stride(from: 0, to: input.scalars.count, by: count).flatMap { start in
      _ = program.input.update(from: input.scalars[start..<start + count])
      try program.run()
      return Array(program.logits)
    }
  }

  @Test("A batch is divided where every thread gets portions of 4 to 8 samples")
  func portions() {
    func portion(_ batch: Int, _ threads: Int, _ purpose: Purpose = .inference) -> [Int]? {
      Division(batch: batch, purpose: purpose, threads: threads).map { [$0.portion, $0.portions] }
    }
    #expect(portion(16, 2) == [8, 2])
    #expect(portion(128, 2) == [8, 16])
    #expect(portion(8, 2) == [4, 2])
    #expect(portion(30, 3) == [5, 6])
    #expect(portion(100, 4) == [5, 20])
    for (batch, threads) in [(16, 1), (1, 2), (6, 2), (17, 2), (22, 2), (8, 3)] {
      #expect(portion(batch, threads) == nil)
    }
    #expect(portion(16, 2, .training) == nil)
    var observing = Purpose.inference
    observing.observations = ["fc"]
    #expect(portion(16, 2, observing) == nil)
  }

  @Test(
    "Divided, a batch gives the bits of its portions one by one",
    arguments: try await EngineActor.run { try Precision.supported() }, [(2, 24), (3, 30), (4, 16)])
  @EngineActor
  func sameBits(precision: Precision, division: (threads: Int, batch: Int)) throws {
    let graph = try Architecture.named("resnet8").graph(classes: 7)
    let (threads, batch) = division
    let portion = try #require(Division(batch: batch, purpose: .inference, threads: threads)).portion
    // Two runs of the one program, so that steps are put in place again.
    let input = HashedValues.input(graph.inputShape, batch: 2 * batch)
    let together = try logits(graph, input, batch: batch, threads: threads, precision: precision)
    let alone = try logits(graph, input, batch: portion, threads: 1, precision: precision)
    #expect(together == alone)
    #expect(Set(together).count > 2 * batch)
  }

  @Test("Divided random graphs equal the reference", arguments: 0..<120)
  @EngineActor
  func random(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(seed))
    let threads = 2 + seed % 3
    let batch = threads * (4 + seed % 5)
    let input = HashedValues.input(graph.inputShape, batch: batch)
    let reference = try Reference(graph: graph, parameters: HashedValues.parameters(of: graph))
    let trace = try reference.forward(
      input.scalars.map(Double.init), batch: batch, options: .init(statistics: .running))
    let greatest = trace.logits.map(abs).max() ?? 1
    let difference = greatestDifference(
      try logits(graph, input, batch: batch, threads: threads).map(Double.init), trace.logits)
    #expect(difference <= 1e-4 * greatest, "\(difference) of \(greatest)")
  }

  @Test("Threads take memory for their portions, and none for the rest of the batch")
  @EngineActor
  func memory() throws {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    try Engine.setThreads(2)
    let engine = try Engine(graph: Architecture.named("resnet20").graph(classes: 10))
    func own(_ batch: Int) throws -> Int {
      let program = try engine.program(batch: batch, purpose: .inference)
      return program.arenaBytes - (program.input.count + program.logits.count) * MemoryLayout<Float>.stride
    }
    #expect(try abs(own(128) - own(16)) < 4096)
    #expect(try own(16) > 0)
  }

  @Test("The profile of a divided batch counts all of its portions")
  @EngineActor
  func profile() throws {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    let engine = try Engine(graph: Architecture.named("resnet20").graph(classes: 10))
    func steps(threads: Int) throws -> [StepTime] {
      try Engine.setThreads(threads)
      let program = try engine.program(batch: 32, purpose: .inference)
      program.input.update(repeating: 1)
      _ = try program.profile()
      let start = ContinuousClock.now
      let steps = try program.profile()
      let passed = (ContinuousClock.now - start) / .seconds(1)
      #expect(steps.allSatisfy { $0.seconds >= 0 && $0.leastBytes <= $0.bytes })
      #expect(steps.reduce(0) { $0 + $1.seconds } <= passed)
      return steps
    }
    let (divided, whole) = (try steps(threads: 2), try steps(threads: 1))
    #expect(divided.map(\.layer) == whole.map(\.layer))
    #expect(divided.map(\.multiplyAdds) == whole.map(\.multiplyAdds))
    // Weights are read for every portion, and would have to be read once.
    #expect(zip(divided, whole).allSatisfy { $0.bytes >= $1.bytes })
    #expect(divided.map(\.leastBytes) == whole.map(\.leastBytes))
  }
}
