import Foundation
import ResNetCore
import ResNetData
import ResNetGraph
import ResNetModel
import ResNetModels
import ResNetReference
import ResNetTraining
import Testing

@testable import ResNetAnalysis

@Suite struct GradientTests {
  @Test("Norms of gradients equal those of central differences in Double")
  func centralDifferences() async throws {
    let pictures = try Small.pictures(5)
    let subject = try Small.subject(Small.network(), for: pictures)
    let found = try await Gradients.measure([subject], on: pictures, images: 5).networks[0]
    let (images, labels) = try Small.inputs(subject, pictures)
    let numeric = try NumericGradient(
      of: .crossEntropy(labels: labels),
      reference: Reference(graph: subject.model.graph, parameters: subject.model.parameters),
      input: images.map(Double.init), batch: 5, options: Reference.Options(statistics: .batch))
    #expect(abs(found.loss - (try numeric.base.value(of: .crossEntropy(labels: labels)))) < 1e-4)
    func norm(_ variable: NumericGradient.Variable, count: Int) throws -> Double {
      try (0..<count).reduce(0.0) { sum, element in
        let derivative = try #require(try numeric.element(element, of: variable))
        return sum + derivative * derivative
      }.squareRoot()
    }
    for (layer, count) in [("conv1", 54), ("layer2.0.downsample.0", 8), ("fc", 32)] {
      let own = try #require(found.layers.first { $0.name == layer })
      let expected = try norm(.parameter(layer + ".weight"), count: count)
      #expect(abs(own.weight - expected) < 1e-3 * expected, "\(layer): \(own.weight) for \(expected)")
    }
    // The output of the last block, which is what its last layer's activation is: 8 channels of 2×2.
    let last = try #require(found.layers.first { $0.name == "layer3.0.conv2" })
    let block = subject.model.graph.layers[try subject.model.graph.index(of: "layer3.0")].name
    let expected = try norm(.activation(block), count: 5 * 8 * 2 * 2)
    #expect(abs(last.activation - expected) < 1e-3 * expected)
  }

  /// The network without normalisation, whose layers have biases of 0.
  private func plain(_ deviation: Float? = nil, depth: Int = 20) throws -> Architecture {
    var network = try Architecture.cifar(depth: depth).plainCounterpart
    network.normalization = .none
    if let deviation { network.initialization = .normal(deviation: deviation) }
    return network
  }

  @Test(
    "What one layer is scaled by and the next one divided by scales their gradients the other way round, and no other")
  func scaling() async throws {
    let pictures = try Small.pictures(8)
    let subject = try Subject.beginning(plain(depth: 8), for: pictures, name: "before")
    var parameters = subject.model.parameters
    // A power of two scales without rounding; ReLU passes it on.
    for (layer, factor) in [("layer1.0.conv1", Float(4)), ("layer1.0.conv2", 0.25)] {
      let weight = try #require(parameters[layer + ".weight"])
      parameters[layer + ".weight"] = Tensor(shape: weight.shape, scalars: weight.scalars.map { $0 * factor })
    }
    let scaled = Subject(try Small.changed(subject.model, to: parameters), name: "after")
    let networks = try await Gradients.measure([subject, scaled], on: pictures, images: 8).networks
    #expect(abs(networks[0].loss - networks[1].loss) < 1e-6)
    for (before, after) in zip(networks[0].layers, networks[1].layers) {
      let scales: [String: Double] = ["layer1.0.conv1": 0.25, "layer1.0.conv2": 4]
      let weight = scales[before.name] ?? 1
      let activation = before.name == "layer1.0.conv1" ? 0.25 : 1.0
      #expect(abs(after.weight / before.weight - weight) < 1e-4, "\(before.name)")
      #expect(abs(after.activation / before.activation - activation) < 1e-4, "\(before.name)")
    }
  }

  @Test("Without normalisation small weights let gradients vanish and large ones explode; shortcuts keep them steady")
  func kinds() async throws {
    let pictures = try Small.pictures(16)
    var residual = try Architecture.cifar(depth: 20)
    residual.initialization = .he
    let subjects = [
      try Subject.beginning(plain(0.04), for: pictures, name: "small"),
      try Subject.beginning(plain(0.4), for: pictures, name: "large"),
      try Subject.beginning(residual, for: pictures, name: "residual"),
    ]
    let view = try await Gradients.measure(subjects, on: pictures, images: 16)
    #expect(view.networks.map(\.activationCourse.kind) == [.vanishing, .exploding, .steady], "\(view.finding)")
    #expect(view.networks[0].activationCourse.explained > 0.8)
    #expect(view.finding.contains("small: the gradients of the activations vanish"))
    #expect(view.finding.hasSuffix("Of the activations, vanishing: small; exploding: large; steady: residual."))
    let figure = try #require(view.figures.first).svg
    for text in ["small", "large", "residual", "∂L/∂W", "∂L/∂a"] { #expect(figure.contains(text)) }
    #expect(view.table.rows.count == 3 * 20)
    let again = try await Gradients.measure(subjects, on: pictures, images: 16)
    #expect(view.table.commaSeparated == again.table.commaSeparated)
  }

  @Test("A course is fitted exactly where norms grow by one factor a layer")
  func courses() {
    func course(_ growth: Double, layers: Int) -> GradientCourse {
      GradientCourse((1...layers).map { ($0, 3 * pow(growth, Double(layers - $0))) })
    }
    let exploding = course(1.5, layers: 20)
    #expect(exploding.kind == .exploding && abs(exploding.growth - 1.5) < 1e-12)
    #expect(abs(exploding.explained - 1) < 1e-12 && abs(exploding.ratio - pow(1.5, 19)) < 1e-6)
    #expect(exploding.words.contains("explode, × 1.50 a layer towards the input, exponentially: × 2217 from the last"))
    #expect(course(1.5, layers: 10).kind == .steady)
    #expect(course(0.5, layers: 10).kind == .vanishing)
    let steady = GradientCourse([(1, 2), (2, 4), (3, 2)])
    #expect(steady.kind == .steady && steady.band == 2 && steady.ratio == 1)
    #expect(steady.words.contains("all within a factor of 2.00"))
  }

  @Test("Norms that are nothing, or no numbers, have vanished or exploded")
  func extremes() {
    let nothing = GradientCourse([(1, 0), (2, 1e-30), (3, 1)])
    #expect(nothing.kind == .vanishing)
    #expect(nothing.words.hasPrefix("vanish") && nothing.words.hasSuffix("until they are nothing"))
    let infinite = GradientCourse([(1, .infinity), (2, 1e30), (3, 1)])
    #expect(infinite.kind == .exploding)
    #expect(infinite.words.hasSuffix("no numbers any more"))
    #expect(GradientCourse([(1, 0), (2, 0)]).words == "vanish")
    #expect(GradientCourse([(1, 2)]).growth.isNaN)
  }

  @Test("A run is measured as it began, at its checkpoints and at its end")
  func during() async throws {
    let folder = try SmallFolder()
    try await Small.run(folder.path)
    let run = try #require(try Subject.read([folder.path]).first)
    let moments = try run.during(limit: 4)
    #expect(moments.map(\.name) == [0, 2, 4, 6].map { "\(run.name), step \($0)" })
    #expect(moments.map(\.isTrained) == [false, true, true, true])
    let beginning = try Subject.beginning(Small.network(), for: Small.pictures(24), seed: 3)
    #expect(moments[0].model.parameters == beginning.model.parameters)
    #expect(moments[3].model.parameters == run.model.parameters)
    #expect(moments[1].model.parameters != moments[2].model.parameters)
    let view = try await Gradients.measure(moments, on: Small.pictures(24))
    #expect(view.networks.count == 4 && view.images == 24)
    let file = Subject(run.model, name: "file")
    #expect(try await Small.failure { _ = try file.during() }.code == .usage)
    let missing = try await Small.failure { _ = try RunFolder.model(of: folder.path, after: 9) }
    #expect(missing.code == .usage && missing.remedy.contains("0, 1, 2, 3, 4, 5, 6"), "\(missing)")
    try FileManager.default.removeItem(atPath: folder.path + "/checkpoints")
    #expect(try run.during().map(\.name) == ["\(run.name), step 0"])
  }

  @Test("What cannot be measured is refused with its place")
  func refusals() async throws {
    let pictures = try Small.pictures(8)
    let subject = try Small.subject(Small.network(), for: pictures)
    #expect(try await Small.failure { _ = try await Gradients.measure([], on: pictures) }.code == .usage)
    #expect(
      try await Small.failure { _ = try await Gradients.measure([subject], on: pictures, images: 0) }.code == .usage)
    let larger = try Small.pictures(8, shape: [3, 12, 12], name: "others")
    let size = try await Small.failure { _ = try await Gradients.measure([subject], on: larger) }
    #expect(size.code == .data && size.place == "network on others", "\(size)")
    let classes = try await Small.failure {
      _ = try await Gradients.measure([subject], on: Small.pictures(8, classes: 3))
    }
    #expect(classes.code == .data && classes.message.contains("3 classes"))
    let pair = try Small.pictures(2, shape: [3, 4, 4])
    let small = try Small.subject(Small.network(), for: pair)
    // One image at 1×1 pixels in the last stage has no variance.
    let single = try await Small.failure { _ = try await Gradients.measure([small], on: pair, images: 1) }
    #expect(single.code == .usage, "\(single)")
  }
}
