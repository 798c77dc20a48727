import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetReference
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Whole networks with activations and weights in integers of 8 bits.
@Suite(
  .enabled("this processor computes in int8") { try await EngineActor.run { try Precision.int8.isSupported() } })
struct IntegerTests {
  /// An engine in integers, with scales for some samples.
  @EngineActor
  private func engine(_ graph: Graph, _ parameters: [String: Tensor], on samples: [Float]) throws -> Engine {
    let single = try Engine(graph: graph)
    try single.parameters.set(parameters)
    let calibrator = Calibrator(single)
    try samples.withUnsafeBufferPointer { try calibrator.add($0) }
    let engine = try Engine(graph: graph, precision: .int8, quantization: calibrator.quantization())
    try engine.parameters.set(parameters)
    return engine
  }

  /// How far logits may be off, as a share of them: without instructions for sums of four products there are fewer
  /// integers.
  @EngineActor
  private func bound() throws -> Double { try OneDNNRuntime.shared().greatestUnsigned == 255 ? 0.1 : 0.3 }

  /// The norm of the difference over the norm of the truth.
  private func distance(_ found: [Double], _ truth: [Double]) -> Double {
    let difference = zip(found, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / max(truth.reduce(0) { $0 + $1 * $1 }, 1e-30)).squareRoot()
  }

  @Test("Random graphs give the reference's logits, but for the precision of 8 bits", arguments: 0..<240)
  @EngineActor
  func forward(seed: Int) throws {
    let graph = try RandomGraph.make(seed: UInt64(seed))
    let parameters = HashedValues.parameters(of: graph)
    let batch = 8 + seed % 3
    let input = HashedValues.input(graph.inputShape, batch: batch).scalars
    let engine = try engine(graph, parameters, on: input)
    let program = try engine.program(batch: batch, purpose: .inference)
    _ = program.input.update(from: input)
    try program.run()
    let trace = try Reference(graph: graph, parameters: parameters).forward(
      input.map(Double.init), batch: batch, options: .init(statistics: .running))
    let difference = distance(program.logits.map(Double.init), trace.logits)
    #expect(try difference <= bound(), "\(difference)")
  }

  @Test(
    "Networks of every family run in integers, near single precision",
    arguments: [
      "resnet20", "preact_resnet20", "plain20", "cifar_bottleneck_resnet29", "wide_resnet10_2", "densenet22_k12",
      "fully_connected_resnet8", "resnet18", "resnext50_32x4d", "se_resnet50", "resnet50d",
    ])
  @EngineActor
  func families(name: String) throws {
    let architecture = try Architecture.named(name)
    let input: Shape = architecture.input.rank == 1 ? architecture.input : [3, 32, 32]
    let graph = try architecture.graph(classes: 10, input: input)
    let parameters = HashedValues.parameters(of: graph)
    let samples = HashedValues.input(graph.inputShape, batch: 4).scalars
    let engine = try engine(graph, parameters, on: samples)
    let single = try Engine(graph: graph)
    try single.parameters.set(parameters)
    let logits = try [engine, single].map { engine in
      let program = try engine.program(batch: 4, purpose: .inference)
      _ = program.input.update(from: samples)
      try program.run()
      return program.logits.map(Double.init)
    }
    #expect(distance(logits[0], logits[1]) <= 0.15)
  }

  @Test("Activations of a ResNet are integers from its input to its last block, and the additions too")
  @EngineActor
  func storage() throws {
    let graph = try Architecture.named("resnet20").graph(classes: 10)
    let engine = try engine(
      graph, HashedValues.parameters(of: graph), on: HashedValues.input(graph.inputShape, batch: 2).scalars)
    let planned = try engine.planned(batch: 2, purpose: .inference)
    let lowering = planned.lowering
    for unit in lowering.fusion.units {
      switch graph.layers[unit.head].operation {
      case .convolution, .zeroPadding: #expect(lowering.layouts[unit.output].element.isInteger)
      default: #expect(!lowering.layouts[unit.output].element.isInteger)
      }
    }
    #expect(lowering.fusion.units.filter { $0.addend != nil }.count == 9)
    // One change of form for the input, one for the vector that is classified.
    #expect(lowering.plan.steps.filter { $0.name == "relayout" }.count == 2)
    let need = try engine.memory(batch: 127, purpose: .inference).arenaBytes
    #expect(Double(need) < 0.45 * Double(try Engine(graph: graph).memory(batch: 127, purpose: .inference).arenaBytes))
  }

  @Test("An addition of integers in place never changes what another layer still reads")
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
    let both = try late + sum
    let skip = try convolution(both, "skip") + both
    let graph = builder.graph(output: try skip.globalAveragePooling().linear("fc", Linear(outputs: 3)))
    let parameters = HashedValues.parameters(of: graph)
    let input = HashedValues.input(graph.inputShape, batch: 2).scalars
    let program = try engine(graph, parameters, on: input).program(batch: 2, purpose: .inference)
    _ = program.input.update(from: input)
    try program.run()
    let trace = try Reference(graph: graph, parameters: parameters).forward(input.map(Double.init), batch: 2)
    #expect(distance(program.logits.map(Double.init), trace.logits) <= 0.05)
  }

  @Test("Layers without a scale compute in single precision, and none of them at all gives its very logits")
  @EngineActor
  func partial() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10)
    let input = HashedValues.input(graph.inputShape, batch: 2).scalars
    let parameters = HashedValues.parameters(of: graph)
    let all = try #require(try engine(graph, parameters, on: input).quantization).scales
    let single = try Engine(graph: graph)
    try single.parameters.set(parameters)
    let truth = try single.program(batch: 2, purpose: .inference)
    _ = truth.input.update(from: input)
    try truth.run()
    let logits = truth.logits.map(Double.init)
    let names = Quantization.layers(of: graph)
    for kept in [
      Set<String>(), Set(names.prefix(1)), Set(names.dropFirst()),
      Set(names.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)),
    ] {
      let quantization = try Quantization(scales: all.filter { kept.contains($0.key) })
      let engine = try Engine(graph: graph, precision: .int8, quantization: quantization)
      try engine.parameters.set(parameters)
      let program = try engine.program(batch: 2, purpose: .inference)
      _ = program.input.update(from: input)
      try program.run()
      #expect(distance(program.logits.map(Double.init), logits) <= (kept.isEmpty ? 1e-5 : 0.1), "\(kept)")
    }
  }

  @Test("New parameters are packed anew, and equal runs give equal bits")
  @EngineActor
  func parameters() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10)
    let input = HashedValues.input(graph.inputShape, batch: 2).scalars
    let parameters = HashedValues.parameters(of: graph)
    let engine = try engine(graph, parameters, on: input)
    let program = try engine.program(batch: 2, purpose: .inference)
    func logits() throws -> [Float] {
      _ = program.input.update(from: input)
      try program.run()
      return Array(program.logits)
    }
    let first = try logits()
    #expect(try logits() == first)
    var changed = parameters
    changed["fc.bias"] = Tensor(repeating: 1000, shape: [10])
    try engine.parameters.set(changed)
    #expect(try logits().allSatisfy { $0 > 900 })
    try engine.parameters.set(parameters)
    #expect(try logits() == first)
  }

  @Test("Integers without scales, gradients of integers and scales that are none are refused")
  @EngineActor
  func refusals() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10)
    let without = #expect(throws: ResNetError.self) { try Engine(graph: graph, precision: .int8) }
    #expect(without?.code == .usage && without?.remedy.contains("resnet quantize") == true)
    let engine = try Engine(graph: graph, precision: .int8, quantization: Quantization(scales: [:]))
    let training = #expect(throws: ResNetError.self) { try engine.program(batch: 2, purpose: .training) }
    #expect(training?.code == .usage && training?.remedy == "Train in f32 or bf16")
    for scale in [0, -1, Float.nan, .infinity, .leastNonzeroMagnitude] {
      let error = #expect(throws: ResNetError.self) { try Quantization(scales: ["a": 1, "conv1": scale]) }
      #expect(error?.code == .data && error?.place == "conv1")
    }
  }
}
