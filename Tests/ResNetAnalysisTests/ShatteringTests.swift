import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel
import ResNetModels
import ResNetReference
import Testing

@testable import ResNetAnalysis

@Suite struct ShatteringTests {
  /// Mean and deviation of 20 runs, as another program finds them; a mean of 20 runs lies within the deviation.
  private static let expected: [ScalarNetwork: (mean: Double, deviation: Double)] = [
    .whiteNoise: (-0.01, 0.05), .brownianMotion: (0.98, 0.01), .plain(depth: 1): (0.97, 0.03),
    .plain(depth: 4): (0.94, 0.02), .plain(depth: 10): (0.73, 0.05), .plain(depth: 24): (0, 0.10),
    .plain(depth: 50): (0.02, 0.06), .residual(depth: 10, beta: 1): (0.85, 0.04),
    .residual(depth: 24, beta: 1): (0.75, 0.06), .residual(depth: 50, beta: 1): (0.62, 0.07),
    .residual(depth: 50, beta: 0.1): (0.85, 0.05),
  ]

  @Test("Gradients shatter as they do elsewhere: every cell of the table within its spread")
  func table() throws {
    // Brownian motion's deviation is nearer .016 than .01 (its mean over 800 runs is .972), so that not every seed is in.
    let view = Shattering.simulate(seed: 1)
    #expect(ScalarNetwork.all.count == Self.expected.count)
    for (network, entry) in zip(ScalarNetwork.all, view.entries) {
      let expected = try #require(Self.expected[network])
      let found = entry.autocorrelation(lag: 1)
      #expect(
        abs(found.mean - expected.mean) <= expected.deviation,
        "\(entry.name): \(found.mean) ± \(found.deviation) for \(expected.mean) ± \(expected.deviation)")
      #expect(entry.autocorrelations.count == 20 && entry.example.count == ScalarNetwork.points)
    }
    #expect(view.finding.contains("farthest from it plain, 1 layer."))
    #expect(view.figures.map(\.suffix) == [nil, "examples"])
    #expect(view.table.rows.count == 11 * Shattering.lags)
  }

  @Test("Equal seeds give equal bits, whatever else is asked for; other seeds give others")
  func seeds() {
    let one = Shattering.simulate([.plain(depth: 3), .residual(depth: 3, beta: 1)], runs: 3, seed: 5)
    let alone = Shattering.simulate([.residual(depth: 3, beta: 1)], runs: 2, seed: 5)
    #expect(Array(one.entries[1].autocorrelations.prefix(2)) == alone.entries[0].autocorrelations)
    #expect(one.entries[1].example == alone.entries[0].example)
    #expect(Shattering.simulate([.plain(depth: 3)], runs: 1, seed: 6).entries[0].example != one.entries[0].example)
    #expect(Shattering.simulate([.whiteNoise], runs: 0).entries[0].autocorrelations.count == 1)
  }

  @Test("Autocorrelation is that of the definition")
  func correlations() {
    // ±1 in turn: 2n − 1 products of −1 over 2n squares.
    let alternating = (0..<10).map { $0 % 2 == 0 ? 1.0 : -1 }
    #expect(correlation(of: alternating, lag: 1) == -0.9)
    #expect(correlation(of: alternating, lag: 2) == 0.8)
    #expect(correlation(of: alternating, lag: 10) == 0)
    // −1, 0, 1 about their mean.
    #expect(correlation(of: [4, 5, 6], lag: 1) == 0)
    #expect(correlation(of: [4, 5, 6], lag: 2) == -0.5)
    #expect(correlation(of: [3, 3, 3], lag: 1).isNaN)
  }

  @Test("A network without corners between neighbouring points has the derivative of its differences")
  func derivatives() {
    // The same numbers, with and without the second layer: f' is constant where no unit changes its side.
    var random = RandomNumbers(seed: 1, purpose: .testing)
    let derivative = ScalarNetwork.plain(depth: 1).derivative(&random)
    var again = RandomNumbers(seed: 1, purpose: .testing)
    let (weights, biases) = (again.normals(200), again.normals(200))
    let readOut = again.normals(200, deviation: 1 / 200.0.squareRoot())
    for point in 0..<ScalarNetwork.points {
      let x = -2 + 4 * Double(point) / 255
      let expected = (0..<200).reduce(0.0) { sum, unit in
        sum + (weights[unit] * x + biases[unit] > 0 ? weights[unit] * readOut[unit] : 0)
      }
      #expect(abs(derivative[point] - expected) < 1e-9)
    }
  }

  @Test("A network with one layer in between is its definition, written out")
  func secondLayer() {
    for network in [ScalarNetwork.plain(depth: 2), .residual(depth: 2, beta: 0.5)] {
      var random = RandomNumbers(seed: 2, purpose: .testing)
      let derivative = network.derivative(&random)
      var again = RandomNumbers(seed: 2, purpose: .testing)
      #expect(zip(derivative, Self.derivative(network, &again)).allSatisfy { abs($0 - $1) < 1e-9 })
    }
  }

  /// The same as matrices of columns, for a network with one hidden layer.
  private static func derivative(_ network: ScalarNetwork, _ random: inout RandomNumbers) -> [Double] {
    let (width, points) = (200, 256)
    let (weights, biases) = (random.normals(width), random.normals(width))
    let grid = (0..<points).map { -2 + 4 * Double($0) / 255 }
    var values = weights.indices.map { unit in grid.map { weights[unit] * $0 + biases[unit] } }
    var slopes = weights.map { Array(repeating: $0, count: points) }
    func mean(_ row: [Double]) -> Double { row.reduce(0, +) / Double(points) }
    func deviation(_ row: [Double]) -> Double {
      let middle = mean(row)
      return (row.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(points)).squareRoot() + 1e-8
    }
    let isResidual = network != .plain(depth: 2)
    let scale = isResidual ? 0.5 : 1
    let hidden = random.normals(width * width, deviation: scale * (2 / Double(width)).squareRoot())
    /// What passes a ReLU behind a normalisation or a centring, and its slope.
    func rectified(_ unit: Int) -> (values: [Double], slopes: [Double]) {
      let (middle, spread) = (mean(values[unit]), isResidual ? deviation(values[unit]) : 1)
      let shifted = values[unit].map { ($0 - middle) / spread }
      return (shifted.map { max($0, 0) }, zip(shifted, slopes[unit]).map { $0 > 0 ? $1 / spread : 0 })
    }
    let inner = (0..<width).map(rectified)
    func product(_ unit: Int, _ row: (Int) -> [Double]) -> [Double] {
      (0..<width).reduce(into: [Double](repeating: 0, count: points)) { sums, input in
        for (point, value) in row(input).enumerated() { sums[point] += hidden[unit * width + input] * value }
      }
    }
    let newValues = (0..<width).map { unit in product(unit) { inner[$0].values } }
    let newSlopes = (0..<width).map { unit in product(unit) { inner[$0].slopes } }
    if isResidual {
      values = zip(values, newValues).map { zip($0, $1).map(+) }
      slopes = zip(slopes, newSlopes).map { zip($0, $1).map(+) }
    } else {
      (values, slopes) = (newValues, newSlopes)
    }
    let readOut = random.normals(width, deviation: 1 / Double(width).squareRoot())
    let outer = (0..<width).map(rectified)
    return (0..<points).map { point in (0..<width).reduce(0) { $0 + readOut[$1] * outer[$1].slopes[point] } }
  }

  @Test(
    "Along a line between images, gradients are the differences of the logit that the reference computes",
    arguments: [false, true])
  func lines(ofVectors isOfVectors: Bool) async throws {
    let pictures = try Small.pictures(4)
    // One takes the input by a convolution, the other flattens it before.
    let network = try isOfVectors ? Architecture.named("fully_connected_resnet8") : Small.network()
    let subject = try Small.subject(network, for: pictures)
    let view = try await Shattering.measure([subject], on: pictures, pairs: 2, points: 40)
    let entry = try #require(view.entries.last)
    #expect(entry.name == "network" && entry.example.count == 40 && entry.autocorrelations.count == 2)
    let (images, labels) = try Small.inputs(subject, pictures)
    // The first line leads from the first image to the first of the second half.
    let (start, end) = (Array(images[0..<192]).map(Double.init), Array(images[384..<576]).map(Double.init))
    let length = zip(start, end).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
    let reference = try Reference(graph: subject.model.graph, parameters: subject.model.parameters)
    func logit(_ share: Double) throws -> Double {
      let input = zip(start, end).map { $0 + share * ($1 - $0) }
      return try reference.forward(input, batch: 1, options: .init(statistics: .running)).logits[labels[0]]
    }
    let greatest = entry.example.map(abs).max() ?? 0
    for point in stride(from: 1, to: 39, by: 5) {
      let (share, step) = (Double(point) / 39, 1e-6)
      let expected = (try logit(share + step) - logit(share - step)) / (2 * step * length)
      #expect(abs(entry.example[point] - expected) < 1e-3 * greatest, "\(point)")
    }
    #expect(view.title == "Shattered gradients: network")
    #expect(view.finding.contains("lag 1, mean ± deviation over 2 lines"))
  }

  @Test("A network as it begins is normalised by statistics of the images")
  @EngineActor
  func statistics() async throws {
    let pictures = try Small.pictures(16)
    let subject = try Small.subject(Small.network(depth: 14), for: pictures)
    let engine = try subject.engine()
    func logits(_ statistics: Purpose.Statistics) throws -> [Float] {
      let program = try engine.program(batch: 16, purpose: Purpose(statistics: statistics))
      _ = program.input.update(from: try Small.inputs(subject, pictures).images)
      try program.run()
      return Array(program.logits)
    }
    let expected = try logits(.batch)
    #expect(try zip(logits(.running), expected).contains { abs($0 - $1) > 1e-2 })
    try engine.takeStatistics(of: subject.loader(of: pictures))
    #expect(try zip(logits(.running), expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("Networks that begin are measured too; impossible counts and data are refused")
  func refusals() async throws {
    let pictures = try Small.pictures(6)
    let untrained = try Subject.beginning(Small.network(), for: pictures)
    let view = try await Shattering.measure([untrained], on: pictures, pairs: 1, points: 32)
    #expect(view.entries.map(\.name) == ["white noise", "Brownian motion", "resnet8"])
    func code(_ pairs: Int, _ points: Int) async throws -> ResNetError.Code {
      try await Small.failure {
        _ = try await Shattering.measure([untrained], on: pictures, pairs: pairs, points: points)
      }.code
    }
    #expect(try await code(0, 256) == .usage)
    #expect(try await code(1, 31) == .usage)
    #expect(try await code(4, 256) == .data)
    #expect(try await Small.failure { _ = try await Shattering.measure([], on: pictures) }.code == .usage)
  }
}
