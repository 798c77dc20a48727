import ResNetCore
import ResNetGraph
import ResNetReference
import ResNetTesting
import Testing

@Suite struct FixtureTests {
  @Test("The reference gives PyTorch's logits, loss and running statistics", arguments: Fixture.names)
  func forward(name: String) throws {
    let fixture = try Fixture.named(name)
    let reference = try Reference(graph: fixture.graph(), parameters: fixture.parameters())
    let input = fixture.input.scalars.map(Double.init)
    for (statistics, outcome) in [(Reference.Statistics.running, fixture.evaluation), (.batch, fixture.training)] {
      let trace = try reference.forward(input, batch: fixture.batch, options: .init(statistics: statistics))
      #expect(greatestDifference(trace.logits, outcome.logits) < 1e-6)
      let loss = try trace.value(of: .crossEntropy(labels: fixture.labels))
      #expect(abs(loss - outcome.crossEntropy) < 1e-6 * max(1, outcome.crossEntropy))
      guard statistics == .batch else { continue }
      #expect(trace.runningStatistics.keys.sorted() == fixture.runningStatistics.keys.sorted())
      for (key, truth) in fixture.runningStatistics {
        let values = try #require(trace.runningStatistics[key])
        #expect(
          ArraySummary(of: values, name: key).relativeDifference(from: truth, count: values.count) < 1e-6, "\(key)")
      }
    }
  }

  @Test("Central differences of the reference give PyTorch's gradients", arguments: Fixture.names)
  func gradients(name: String) throws {
    let fixture = try Fixture.named(name)
    let graph = try fixture.graph()
    // The larger networks take too long for the naive interpreter.
    guard graph.multiplyAdds * fixture.batch < 3_000_000 else { return }
    let gradient = try NumericGradient(
      of: .crossEntropy(labels: fixture.labels),
      reference: Reference(graph: graph, parameters: fixture.parameters()),
      input: fixture.input.scalars.map(Double.init), batch: fixture.batch)
    let learned = graph.parameters.filter(\.kind.isLearned)
    #expect(learned.map(\.name).sorted() == fixture.gradients.keys.sorted())
    func check(_ name: String, count: Int, _ variable: NumericGradient.Variable, _ truth: ArraySummary) throws {
      let along = try gradient.along(HashedValues.units("projection/" + name, count: count), of: variable)
      let slope = try #require(along, "\(name) stands at a corner")
      #expect(abs(slope - truth.projection) < 1e-5 * truth.norm, "\(name)")
      let element = try #require(try gradient.element((count - 1) * 3 / 7, of: variable))
      #expect(abs(element - truth.values[3]) < 1e-5 * truth.norm, "\(name)")
    }
    for parameter in learned {
      let truth = try #require(fixture.gradients[parameter.name])
      try check(parameter.name, count: parameter.shape.count, .parameter(parameter.name), truth)
    }
    try check("input", count: fixture.input.shape.count, .input, fixture.inputGradient)
  }
}
