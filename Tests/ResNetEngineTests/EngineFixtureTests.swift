import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetTesting
import Testing

/// The engine against figures that PyTorch made.
@Suite struct EngineFixtureTests {
  @Test("Logits, losses, gradients and running statistics are PyTorch's", arguments: Fixture.names)
  @EngineActor
  func fixture(name: String) throws {
    let fixture = try Fixture.named(name)
    let graph = try fixture.graph()
    let engine = try Engine(graph: graph)
    try engine.parameters.set(fixture.parameters())

    let evaluation = try engine.program(batch: fixture.batch, purpose: .inference)
    _ = evaluation.input.update(from: fixture.input.scalars)
    try evaluation.run()
    #expect(greatestDifference(evaluation.logits.map(Double.init), fixture.evaluation.logits) <= 1e-4)

    var purpose = Purpose.training
    purpose.inputGradient = true
    // PyTorch's random numbers are others.
    purpose.usesDropout = false
    let training = try engine.program(batch: fixture.batch, purpose: purpose)
    _ = training.input.update(from: fixture.input.scalars)
    _ = training.labels.update(from: fixture.labels.map(Int32.init))
    try training.run()
    #expect(greatestDifference(training.logits.map(Double.init), fixture.training.logits) <= 1e-4)
    #expect(abs(training.loss - fixture.training.crossEntropy) <= 1e-4 * max(1, fixture.training.crossEntropy))

    // Rounding leaves traces of this size where a gradient all but vanishes, as a DenseNet's first normalisation's does:
    // all that follows normalises again.
    let rounding = 1e-6 * (fixture.gradients.values.map(\.norm).max() ?? 0)
    func check(_ found: Tensor, _ truth: ArraySummary?, _ name: String, within bound: Double) throws {
      let truth = try #require(truth, "\(name)")
      let values = found.scalars.map(Double.init)
      let difference = ArraySummary(of: values, name: name).relativeDifference(from: truth, count: values.count)
      #expect(difference <= bound + rounding / truth.norm, "\(name): \(difference)")
    }
    for parameter in graph.parameters {
      if parameter.kind.isLearned {
        try check(training.gradient(parameter.name), fixture.gradients[parameter.name], parameter.name, within: 1e-3)
      } else {
        let gathered = try engine.parameters.tensor(parameter.name)
        try check(gathered, fixture.runningStatistics[parameter.name], parameter.name, within: 1e-4)
      }
    }
    try check(training.inputGradient(), fixture.inputGradient, "input", within: 1e-3)
  }
}
