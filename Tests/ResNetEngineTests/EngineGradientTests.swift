import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetReference
import ResNetTesting
import Testing

@Suite struct EngineGradientTests {
  @Test("Gradients equal central differences on random graphs", arguments: 0..<24, GradientCheck.allCases)
  @EngineActor
  func gradients(seed: Int, of kind: GradientCheck) throws {
    try kind.compare(RandomGraph.make(seed: UInt64(5000 + seed)), seed: seed)
  }

  /// Blocks of 16 channels over images with odd sides, with a bias and without, of one block and of three.
  private static func wideGraph() throws -> Graph {
    let builder = GraphBuilder()
    func filter(_ x: Node, _ name: String, _ outputs: Int, hasBias: Bool = false) throws -> Node {
      try x.convolution(name, .init(outputs: outputs, kernel: 3, bias: hasBias ? .uniformByFanIn : nil))
    }
    var x = try relu(filter(builder.input([3, 11, 9]), "stem", 16))
    for block in 0..<2 {
      let first = try filter(x, "block\(block).conv1", 48, hasBias: block == 1)
      let active = try relu(first.batchNormalization("block\(block).bn1"))
      x = try relu(filter(active, "block\(block).conv2", 16) + x)
    }
    return try builder.graph(output: x.globalAveragePooling().linear("fc", .init(outputs: 5)))
  }

  @Test("Gradients equal central differences where convolutions are wide", arguments: GradientCheck.allCases)
  @EngineActor
  func wideGradients(of kind: GradientCheck) throws {
    try kind.compare(Self.wideGraph(), seed: 1)
  }
}

/// The engine's gradients against central differences of the reference, for one of the purposes.
enum GradientCheck: CaseIterable {
  case training, frozenStatistics, mixedStatistics, weighted, logit, given, gated

  /// Compares the gradients of every parameter, of the input and of one layer's output that the seed picks.
  @EngineActor
  func compare(_ graph: Graph, seed: Int) throws {
    let parameters = HashedValues.parameters(of: graph)
    let engine = try Engine(graph: graph)
    try engine.parameters.set(parameters)
    let batch = 2 + seed % 3
    let classes = graph.outputShape[0]
    let input = HashedValues.input(graph.inputShape, batch: batch)
    let labels = HashedValues.labels(batch: batch, classes: classes)
    let given = HashedValues.units("given", count: batch * classes)
    // Samples of every weight; some classes have no share.
    let targets = HashedValues.units("targets", count: batch * classes).map { Float(max(0, $0)) }

    var purpose = Purpose.training
    var options = Reference.Options(
      statistics: .batch, dropoutStep: .init(seed: UInt64(seed), iteration: 1 + seed))
    var scalar = Scalar.crossEntropy(labels: labels)
    purpose.inputGradient = true
    let watched = graph.layers[1 + seed % (graph.layers.count - 1)].name
    purpose.activationGradients = [watched]
    switch self {
    case .training: break
    case .frozenStatistics:
      purpose.statistics = .running
      options.statistics = .running
    case .mixedStatistics:
      let normalizations = graph.layers.filter { if case .batchNormalization = $0.operation { true } else { false } }
      for layer in normalizations.enumerated() where layer.offset % 2 == 0 {
        purpose.statisticsByLayer[layer.element.name] = .running
        options.statisticsOfLayers[layer.element.name] = .running
      }
    case .weighted:
      purpose.seed = .weightedCrossEntropy
      scalar = .weightedCrossEntropy(targets: targets.map(Double.init))
    case .logit:
      purpose.seed = .logit
      var picks = [Double](repeating: 0, count: batch * classes)
      for (sample, label) in labels.enumerated() { picks[sample * classes + label] = 1 }
      scalar = .given(picks)
    case .given:
      purpose.seed = .given
      scalar = .given(given)
    case .gated:
      purpose.gates = true
      for (number, layer) in graph.layers.enumerated() where layer.operation == .add {
        let branch = [0.0, 0.5, 1][number % 3]
        let shortcut = [1.0, 0.25][number % 2]
        options.gates[layer.name] = .init(branch: branch, shortcut: shortcut)
      }
    }

    let program = try engine.program(batch: batch, purpose: purpose)
    _ = program.input.update(from: input.scalars)
    if !program.labels.isEmpty { _ = program.labels.update(from: labels.map(Int32.init)) }
    if !program.targets.isEmpty { _ = program.targets.update(from: targets) }
    if purpose.seed == .given { _ = program.outputGradient.update(from: given.map(Float.init)) }
    for (name, gate) in options.gates {
      try program.setGate(name, branch: Float(gate.branch), shortcut: Float(gate.shortcut))
    }
    program.setDropoutStep(seed: UInt64(seed), iteration: 1 + seed)
    try program.run()

    let reference = try Reference(graph: graph, parameters: parameters)
    let numeric = try NumericGradient(
      of: scalar, reference: reference, input: input.scalars.map(Double.init), batch: batch, options: options)
    if [.crossEntropy, .weightedCrossEntropy].contains(purpose.seed) {
      let expected = try numeric.base.value(of: scalar)
      #expect(abs(program.loss - expected) <= 1e-4 * max(1, abs(expected)))
    }

    // Rounding leaves traces of this size where a gradient is zero, as a bias's in front of a normalisation is.
    let rounding = 4e-5 + 3e-6 * program.gradients.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()

    func check(_ gradient: [Float], _ variable: NumericGradient.Variable, _ name: String) throws {
      // Along the gradient itself the derivative is its norm; along a random direction it catches what that misses.
      let values = gradient.map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for direction in [values, HashedValues.units("direction" + name, count: values.count)] {
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, let expected = try numeric.along(direction, of: variable) else { continue }
        let found = zip(values, direction).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(
          abs(found - expected) <= 2e-3 * norm * length + rounding * length,
          "\(name): \(found) for \(expected)")
      }
    }
    try check(program.inputGradient().scalars, .input, "input")
    try check(program.activationGradient(watched).scalars, .activation(watched), watched)
    for parameter in graph.parameters where parameter.kind.isLearned {
      try check(program.gradient(parameter.name).scalars, .parameter(parameter.name), parameter.name)
    }
  }
}
