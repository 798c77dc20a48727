import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetTesting
import ResNetTraining
import Testing

/// Whole steps against PyTorch's: forward, backward, statistics and update together.
@Suite struct FixtureUpdateTests {
  @Test("Steps change every weight as PyTorch's do", arguments: Fixture.names)
  @EngineActor
  func updates(name: String) throws {
    let fixture = try Fixture.named(name)
    let graph = try fixture.graph()
    let before = try fixture.parameters()
    let engine = try Engine(graph: graph)
    try engine.parameters.set(before)
    let settings = fixture.optimizer
    let sgd = SGD(
      engine.parameters, momentum: settings.momentum, nesterov: settings.nesterov, weightDecay: settings.weightDecay)
    var purpose = Purpose.training
    // PyTorch's random numbers are others.
    purpose.usesDropout = false
    let program = try engine.program(batch: fixture.batch, purpose: purpose)
    _ = program.input.update(from: fixture.input.scalars)
    _ = program.labels.update(from: fixture.labels.map(Int32.init))
    for _ in 0..<settings.steps {
      try program.run()
      sgd.step(gradients: program.gradients, learningRate: settings.learningRate)
    }
    for parameter in graph.parameters where parameter.kind.isLearned {
      let truth = try #require(fixture.updates[parameter.name])
      let start = try #require(before[parameter.name]).scalars
      let change = zip(try engine.parameters.tensor(parameter.name).scalars, start).map { Double($0) - Double($1) }
      let found = ArraySummary(of: change, name: parameter.name)
      let difference = found.relativeDifference(from: truth, count: change.count)
      // Every step rounds the weight itself, which shows where the change is small beside it.
      let length = start.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let rounding = Double(settings.steps) * 0x1p-24 * length
      #expect(difference <= 2e-3 + rounding / truth.norm, "\(parameter.name): \(difference)")
    }
  }
}
