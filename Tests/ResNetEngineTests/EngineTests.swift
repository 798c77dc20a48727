import CMemoryUse
import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

@Suite struct EngineTests {
  @EngineActor
  private func resnet20(batch: Int, purpose: Purpose, seed: UInt64 = 0) throws -> (Engine, Program) {
    let graph = try Architecture.named("resnet20").graph(classes: 10)
    let engine = try Engine(graph: graph, seed: seed)
    let program = try engine.program(batch: batch, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: batch).scalars)
    if !program.labels.isEmpty {
      _ = program.labels.update(from: HashedValues.labels(batch: batch, classes: 10).map(Int32.init))
    }
    return (engine, program)
  }

  @Test("Evaluating a sample gives the same in every batch, to the last digits, and changes nothing")
  @EngineActor
  func independentOfBatch() throws {
    let (engine, five) = try resnet20(batch: 5, purpose: .inference)
    let before = engine.parameters.tensors()
    try five.run()
    let together = Array(five.logits)
    let input = HashedValues.input(engine.graph.inputShape, batch: 5).scalars
    let one = try engine.program(batch: 1, purpose: .inference)
    let size = engine.graph.inputShape.count
    for sample in 0..<5 {
      _ = one.input.update(from: input[sample * size..<(sample + 1) * size])
      try one.run()
      let alone = Array(one.logits)
      let difference = zip(alone, together[sample * 10..<sample * 10 + 10]).map { abs($0 - $1) }.max() ?? 1
      #expect(difference <= 2e-6 * (alone.map(abs).max() ?? 1))
    }
    #expect(engine.parameters.tensors() == before)
  }

  @Test("The programs that were used last are kept, and one that was let go gives the same bits when it is made again")
  @EngineActor
  func programLimit() throws {
    let graph = try Architecture.named("resnet8").graph(classes: 10, input: [3, 8, 8])
    let engine = try Engine(graph: graph)
    let first = try engine.program(batch: 1, purpose: .inference)
    first.input.update(repeating: 0.5)
    try first.run()
    let logits = Array(first.logits)
    for batch in 2...Engine.programLimit { _ = try engine.program(batch: batch, purpose: .inference) }
    #expect(try engine.program(batch: 1, purpose: .inference) === first)
    for batch in 1..<Engine.programLimit {
      _ = try engine.program(batch: Engine.programLimit + batch, purpose: .inference)
    }
    #expect(try engine.program(batch: 1, purpose: .inference) === first)
    for batch in 1...Engine.programLimit {
      _ = try engine.program(batch: 2 * Engine.programLimit + batch, purpose: .inference)
    }
    let again = try engine.program(batch: 1, purpose: .inference)
    #expect(again !== first)
    again.input.update(repeating: 0.5)
    try again.run()
    #expect(Array(again.logits) == logits)
  }

  @Test("The same program gives the same bits each time, and so does another engine")
  @EngineActor
  func repeatable() throws {
    let (_, first) = try resnet20(
      batch: 9, purpose: Purpose(statistics: .batch, seed: .crossEntropy, parameterGradients: .all))
    try first.run()
    let (loss, gradients) = (first.loss, Array(first.gradients))
    try first.run()
    #expect(first.loss == loss)
    #expect(Array(first.gradients) == gradients)
    let (_, second) = try resnet20(
      batch: 9, purpose: Purpose(statistics: .batch, seed: .crossEntropy, parameterGradients: .all))
    try second.run()
    #expect(Array(second.gradients) == gradients)
  }

  @Test("One thread and two agree to rounding, and statistics to the last bit")
  @EngineActor
  func threads() throws {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    var results: [[Float]] = []
    for threads in [1, 2] {
      try Engine.setThreads(threads)
      let (_, program) = try resnet20(batch: 8, purpose: .training)
      try program.run()
      results.append(Array(program.gradients))
    }
    let norm = results[0].reduce(0) { $0 + $1 * $1 }.squareRoot()
    let difference = zip(results[0], results[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(difference <= 1e-4 * norm)
    #expect(throws: ResNetError.self) { try Engine.setThreads(0) }
  }

  @Test("Training keeps no copies of weights beside its activations")
  @EngineActor
  func copies() throws {
    let (engine, program) = try resnet20(batch: 4, purpose: .training)
    try program.run()
    #expect(engine.parameters.packedBytes == 0)
    let inference = try engine.program(batch: 4, purpose: .inference)
    try inference.run()
    #expect(engine.parameters.packedBytes > engine.parameters.bytes)
  }

  #if os(Linux)
    @Test("After compiling, a step allocates nothing")
    @EngineActor
    func allocatesNothing() throws {
      let (_, program) = try resnet20(batch: 16, purpose: .training)
      for _ in 0..<3 { try program.run() }
      // Other tests run beside this one: the quietest of some tries tells what the step itself does.
      var leastFaults = Int64.max
      var leastGrowth = Int64.max
      for _ in 0..<20 {
        let (faults, memory) = (minor_faults(), memory_handed_out())
        for _ in 0..<50 { try program.run() }
        leastFaults = min(leastFaults, minor_faults() - faults)
        leastGrowth = min(leastGrowth, abs(memory_handed_out() - memory))
        if leastFaults <= 0 && leastGrowth <= 0 { break }
      }
      #expect(leastFaults <= 0)
      #expect(leastGrowth <= 0)
    }
  #endif

  @Test("Values that live at the same time never share memory", arguments: 0..<40)
  @EngineActor
  func memoryPlan(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(seed))
    let engine = try Engine(graph: graph)
    for choice in try engine.planned(batch: 2, purpose: .training, .nothing).lowering.choices {
      let planned = try engine.planned(batch: 2, purpose: .training, choice)
      guard case .whole(let memory) = planned.memory else {
        Issue.record("training divides no batch")
        continue
      }
      checkPlaces(planned.lowering.plan, memory)
    }
  }

  @EngineActor
  private func checkPlaces(_ plan: Plan, _ memory: MemoryPlan) {
    var life: [Int: ClosedRange<Int>] = [:]
    for (time, step) in plan.steps.enumerated() {
      for value in step.uses {
        let root = plan.root(value)
        let whole = plan.values[root].isKept ? 0...plan.steps.count : time...time
        life[root] =
          life[root].map { min($0.lowerBound, whole.lowerBound)...max($0.upperBound, whole.upperBound) } ?? whole
      }
    }
    let lives = life.sorted { $0.key < $1.key }
    for (position, (a, lifeOfA)) in lives.enumerated() {
      let placeOfA = memory.offsets[a]..<memory.offsets[a] + plan.values[a].bytes
      #expect(placeOfA.upperBound <= memory.size)
      for (b, lifeOfB) in lives[(position + 1)...] where lifeOfA.overlaps(lifeOfB) {
        let placeOfB = memory.offsets[b]..<memory.offsets[b] + plan.values[b].bytes
        #expect(!placeOfA.overlaps(placeOfB), "values \(a) and \(b)")
      }
    }
  }

  @Test("Sharing memory pays: a training step needs far less than all its values together")
  @EngineActor
  func sharing() throws {
    let (_, inference) = try resnet20(batch: 16, purpose: .inference)
    // Two of the largest activations, and the input.
    #expect(inference.arenaBytes < 4 * 16 * 16 * 32 * 32 * 4)
  }

  @Test("ResNet-1202 compiles in under a second or two")
  @EngineActor
  func deep() throws {
    let graph = try Architecture.named("resnet1202").graph(classes: 10)
    let engine = try Engine(graph: graph)
    let clock = ContinuousClock()
    var program: Program?
    let took = try clock.measure { program = try engine.program(batch: 1, purpose: .training) }
    #expect(took < .seconds(10))
    #expect(program?.gradients.count == graph.parameterCount)
  }

  @Test("Requests that make no sense are refused in words")
  @EngineActor
  func refusals() throws {
    let graph = try Architecture.named("resnet20").graph(classes: 10)
    let engine = try Engine(graph: graph)
    func refusal(batch: Int = 2, _ change: (inout Purpose) -> Void) -> ResNetError? {
      var purpose = Purpose.training
      change(&purpose)
      return #expect(throws: ResNetError.self) { try engine.program(batch: batch, purpose: purpose) }
    }
    #expect(refusal(batch: 0) { _ in }?.code == .usage)
    #expect(refusal { $0.observations = ["layer9"] }?.message.contains("layer9") == true)
    #expect(refusal { $0.activationGradients = ["nowhere"] }?.code == .usage)
    #expect(refusal { $0.parameterGradients = .from("nowhere") }?.code == .usage)
    #expect(refusal { $0.statisticsByLayer = ["conv1": .running] }?.place == "conv1")
    #expect(refusal { $0.seed = .none }?.code == .usage)

    let tiny = try Engine(graph: Architecture.named("resnet18").graph(classes: 4, input: [3, 32, 32]))
    let error = #expect(throws: ResNetError.self) { try tiny.program(batch: 1, purpose: .training) }
    #expect(error?.description.contains("single value") == true)
    #expect(error?.place?.hasPrefix("layer4") == true)
    #expect(throws: Never.self) { try tiny.program(batch: 1, purpose: .inference) }

    let program = try engine.program(batch: 2, purpose: .training)
    program.labels[0] = 3
    program.labels[1] = 10
    let label = #expect(throws: ResNetError.self) { try program.run() }
    #expect(label?.code == .data)
    #expect(label?.description.contains("10") == true)
    #expect(throws: ResNetError.self) { try program.activation("conv1") }
    #expect(throws: ResNetError.self) { try program.activationGradient("conv1") }
    #expect(throws: ResNetError.self) { try program.inputGradient() }
    #expect(throws: ResNetError.self) { try program.gradient("conv9.weight") }
    #expect(throws: ResNetError.self) { try program.setGate("layer1.0.add") }
    #expect(throws: ResNetError.self) { try engine.parameters.tensor("conv9.weight") }
    #expect(throws: ResNetError.self) { try engine.parameters.set("conv1.weight", to: Tensor(shape: [1])) }
    #expect(throws: ResNetError.self) { try engine.parameters.set([:]) }
    var swapped = engine.parameters.tensors()
    swapped["conv1.weight"] = Tensor(shape: [1])
    #expect(throws: ResNetError.self) { try engine.parameters.set(swapped) }
  }

  @Test("A program keeps its number of threads, and what is compiled later gets the number that was set")
  @EngineActor
  func threadsOfPrograms() throws {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    try Engine.setThreads(2)
    let (_, two) = try resnet20(batch: 4, purpose: .inference)
    try two.run()
    let expected = Array(two.logits)
    try Engine.setThreads(1)
    try two.run()
    #expect(Array(two.logits) == expected)
    #expect(try Engine.threads() == 1)
  }

  @Test("The gradient of the input can be asked for by its name")
  @EngineActor
  func watchedInput() throws {
    var purpose = Purpose.training
    purpose.inputGradient = true
    purpose.activationGradients = ["input"]
    let (_, program) = try resnet20(batch: 2, purpose: purpose)
    try program.run()
    #expect(try program.activationGradient("input") == program.inputGradient())
  }

  @Test("Gradients from a layer on leave the layers before it out")
  @EngineActor
  func fromALayer() throws {
    let (_, all) = try resnet20(batch: 3, purpose: .training)
    try all.run()
    let expected = try all.gradient("layer3.1.conv1.weight")
    var purpose = Purpose.training
    purpose.parameterGradients = .from("layer3")
    let (_, late) = try resnet20(batch: 3, purpose: purpose)
    try late.run()
    #expect(try late.gradient("layer3.1.conv1.weight") == expected)
    #expect(throws: ResNetError.self) { try late.gradient("layer2.2.conv1.weight") }
    #expect(late.gradients.count < all.gradients.count)
    #expect(late.stepNames.count < all.stepNames.count)
  }
}
