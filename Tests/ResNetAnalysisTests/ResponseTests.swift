import ResNetCore
import ResNetGraph
import ResNetModel
import ResNetModels
import ResNetReference
import Testing

@testable import ResNetAnalysis

@Suite struct ResponseTests {
  @Test("Deviations are those of what the reference computes behind each normalisation")
  func reference() async throws {
    let pictures = try Small.pictures(130)
    let subject = try Small.subject(Small.network(depth: 14), for: pictures)
    // More than one batch.
    let view = try await Responses.measure([subject], on: pictures)
    #expect(view.images == 130)
    let graph = subject.model.graph
    let trace = try Reference(graph: graph, parameters: subject.model.parameters).forward(
      Small.inputs(subject, pictures).images.map(Double.init), batch: 130)
    let names = graph.layers.filter { $0.name.hasSuffix("conv1") || $0.name.hasSuffix("conv2") }.map(\.name)
    #expect(view.networks[0].layers.map(\.name) == names && names.count == 13)
    for layer in view.networks[0].layers {
      let normalization = layer.name.replacing("conv", with: "bn")
      let values = trace.outputs[try graph.index(of: normalization)]
      let mean = values.reduce(0, +) / Double(values.count)
      let expected = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      #expect(abs(layer.deviation - expected) < 1e-4 * expected, "\(layer.name)")
    }
  }

  @Test("Moments of pieces are those of the whole")
  func moments() {
    let values = (0..<100).map { Float($0 * $0 % 37) + 1000 }
    var moments = Moments()
    for piece in [values[..<1], values[1..<40], values[40...]] { moments.add(Array(piece)) }
    let mean = values.reduce(0) { $0 + Double($1) } / 100
    let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 100
    #expect(abs(moments.mean - mean) < 1e-9 && abs(moments.deviation - variance.squareRoot()) < 1e-9)
  }

  /// Networks that respond with one deviation everywhere.
  private func view(_ networks: [(name: String, isResidual: Bool, depth: Int, deviation: Double)]) -> Responses {
    Responses(
      dataSet: "pictures", images: 10,
      networks: networks.map { network in
        Responses.Network(
          name: network.name, isResidual: network.isResidual, depth: network.depth,
          layers: (1...3).map { .init(name: "conv\($0)", deviation: network.deviation * Double($0) / 2) })
      })
  }

  @Test("What is said of plain and residual networks is what the numbers say")
  func finding() throws {
    let expected = view([
      ("p20", false, 20, 1), ("p56", false, 56, 0.9), ("r20", true, 20, 0.5), ("r56", true, 56, 0.25),
    ])
    #expect(
      expected.finding
        == "The mean deviation over the 3×3 layers: p20 1.00, p56 0.900, r20 0.500, r56 0.250. Every residual network "
        + "responds less than every plain one (at most 0.500 against at least 0.900). The deeper the residual network, "
        + "the weaker its responses.")
    let other = view([("p20", false, 20, 0.4), ("r20", true, 20, 0.5), ("r56", true, 56, 0.75)])
    #expect(other.finding.contains("Not every residual network responds less than every plain one (up to 0.750"))
    #expect(other.finding.contains("do not fall with depth throughout"))
    #expect(!view([("r20", true, 20, 1)]).finding.contains("plain"))
    #expect(expected.table.rows.count == 12)
    let figure = try #require(expected.figures.first).svg
    for text in ["in order", "sorted", "p20", "r56"] { #expect(figure.contains(text)) }
  }

  @Test("Networks without a 3×3 layer, and images that do not fit, are refused")
  func refusals() async throws {
    let pictures = try Small.pictures(4)
    let vectors = try Subject.beginning(.named("fully_connected_resnet8"), for: pictures)
    let error = try await Small.failure { _ = try await Responses.measure([vectors], on: pictures) }
    #expect(error.code == .usage && error.message.contains("no 3×3 layer"), "\(error)")
    let subject = try Small.subject(Small.network(), for: pictures)
    let others = try Small.pictures(4, shape: [3, 16, 16])
    #expect(try await Small.failure { _ = try await Responses.measure([subject], on: others) }.code == .data)
    #expect(try await Small.failure { _ = try await Responses.measure([], on: pictures) }.code == .usage)
  }
}
