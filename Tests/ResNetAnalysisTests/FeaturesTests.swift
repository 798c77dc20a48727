import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels
import Testing

@testable import ResNetAnalysis

@Suite struct FeaturesTests {
  @Test(
    "Receptive fields are those that Araujo, Norris and Sim (2019) give",
    arguments: [("resnet50", 483), ("resnet101", 1027), ("resnet152", 1507)])
  func publishedFields(name: String, size: Int) throws {
    // Their networks have the stride in the first 1×1.
    var architecture = try Architecture.named(name)
    architecture.strideIn = .oneByOne
    let graph = try architecture.graph(classes: 1000)
    let field = try #require(graph.receptiveFields[try graph.index(of: "layer4")])
    #expect(field.size == size && field.stride == 32)
  }

  @Test("Receptive fields of other networks follow from kernels and strides")
  func fields() throws {
    func field(_ architecture: Architecture, _ layer: String) throws -> ReceptiveField? {
      let graph = try architecture.graph(classes: 10)
      return graph.receptiveFields[try graph.index(of: layer)]
    }
    #expect(try field(.resNet18, "layer4")?.size == 435)
    #expect(try field(.cifar(depth: 20), "conv1") == ReceptiveField(stride: 1, first: -1, last: 1))
    #expect(try field(.cifar(depth: 20), "layer1")?.size == 3 + 6 * 2)
    #expect(try field(.cifar(depth: 20), "layer2")?.size == 15 + 2 + 5 * 4)
    #expect(try field(.cifar(depth: 20), "fc") == nil)
    #expect(ReceptiveField(stride: 4, first: -5, last: 5).pixels(at: 0, of: 32) == 0..<6)
    #expect(ReceptiveField(stride: 4, first: -5, last: 5).pixels(at: 7, of: 32) == 23..<32)
  }

  @Test("What lies outside of a receptive field changes nothing at its place, and its corners do")
  func fieldsInTruth() async throws {
    let subject = try Small.sight(side: 48)
    let graph = subject.model.graph
    let layer = graph.layers[try graph.index(of: "layer2")].name
    let field = try #require(graph.receptiveFields[try graph.index(of: "layer2")])
    let (row, column) = (12, 9)
    let (rows, columns) = (field.pixels(at: row, of: 48), field.pixels(at: column, of: 48))
    #expect(rows.count == field.size && columns.count == field.size)
    var random = RandomNumbers(seed: 5, purpose: .testing)
    let base = random.normal(count: 3 * 48 * 48, deviation: 1)
    /// The channels at the place for the image with some pixels changed.
    func place(changing isChanged: @Sendable (Int, Int) -> Bool) async throws -> [Float] {
      let image = base.enumerated().map { index, value in
        isChanged(index / 48 % 48, index % 48) ? value + 3 : value
      }
      return try await EngineActor.run {
        var purpose = Purpose.inference
        purpose.observations = [layer]
        let program = try subject.engine().program(batch: 1, purpose: purpose)
        _ = program.input.update(from: image)
        try program.run()
        let activation = try program.activation(layer)
        return (0..<activation.shape[1]).map { activation.scalars[($0 * 24 + row) * 24 + column] }
      }
    }
    let plain = try await place { _, _ in false }
    #expect(plain.contains { $0 > 0 })
    let outside = try await place { !rows.contains($0) || !columns.contains($1) }
    for (a, b) in zip(plain, outside) { #expect(abs(a - b) < 1e-5) }
    for corner in [(rows.lowerBound, columns.lowerBound), (rows.upperBound - 1, columns.upperBound - 1)] {
      #expect(try await place { $0 == corner.0 && $1 == corner.1 } != plain)
    }
  }

  @Test("Of each channel the nine strongest images are found, one place each, cut to what that place sees")
  func search() async throws {
    let subject = try Small.sight()
    let images = try Small.views(40)
    let features = try await Features.measure(of: subject, on: images, images: 40, channels: 5)
    #expect(features.stages.map(\.name) == ["layer1", "layer2", "layer3"])
    #expect(features.stages.map(\.channelCount) == [16, 32, 64])
    #expect(features.stages[1].channels.map(\.index) == [0, 6, 12, 19, 25])
    #expect(features.images == 40 && features.dataSet == images.name)
    let stage = features.stages[0]
    let loader = try subject.loader(of: images)
    let activation = try await EngineActor.run {
      var purpose = Purpose.inference
      purpose.observations = [stage.layer]
      let program = try subject.engine().program(batch: 40, purpose: purpose)
      program.take(try loader.firstBatch())
      try program.run()
      return try program.activation(stage.layer)
    }
    for channel in stage.channels {
      let greatest = (0..<40).map { image in
        let start = (image * 16 + channel.index) * 256
        return (Double(activation.scalars[start..<start + 256].max() ?? 0), image)
      }.sorted { ($1.0, $0.1) < ($0.0, $1.1) }
      #expect(channel.patches.count == 9)
      for (patch, truth) in zip(channel.patches, greatest) {
        #expect(abs(patch.activation - truth.0) < 1e-5)
        #expect(patch.position == truth.1)
        #expect(patch.className == "class \(patch.position % 4)")
        #expect(patch.region.size == patch.image.size)
        #expect(patch.region.size.width <= stage.receptiveField)
        let whole = try images.image(at: patch.position, rules: ImageRules())
        #expect(patch.image == (try whole.cropped(to: patch.region)))
      }
    }
  }

  @Test("Channels that nothing excites have no patches, and the finding counts them")
  func silence() async throws {
    let subject = try Small.sight()
    var parameters = subject.model.parameters
    // The block's sum is negative everywhere: its ReLU is silent.
    parameters["layer1.0.bn2.bias"] = Tensor(repeating: -1000, shape: [16])
    let silent = Subject(try Small.changed(subject.model, to: parameters), name: "silent")
    let features = try await Features.measure(of: silent, on: Small.views(8), images: 4, channels: 2)
    #expect(features.stages[0].channels.allSatisfy { $0.patches.isEmpty })
    #expect(features.stages[0].purity == nil)
    #expect(features.images == 4)
    let count = features.stages.flatMap(\.channels).count { $0.patches.isEmpty }
    #expect(features.finding.contains("Nothing excites \(count) channels"))
    #expect(features.figures.count == 4)
    #expect(features.figures[1].svg.contains("no pictures"))
  }

  @Test("Filters are shown in the order red, green, blue, whatever order the network takes")
  func filters() throws {
    let rgb = try Features.Filters(of: Small.sight().model, name: "a")
    let bgr = try Features.Filters(of: Small.sight(channelOrder: .bgr).model, name: "a")
    #expect(rgb.layer == "conv1" && rgb.weights.shape == [16, 3, 3, 3])
    for channel in 0..<3 {
      #expect(
        rgb.weights.scalars[27 + 9 * channel..<36 + 9 * channel]
          == bgr.weights.scalars[45 - 9 * channel..<54 - 9 * channel])
    }
    var filter = Features.Filters(layer: "conv1", weights: Tensor(shape: [1, 1, 1, 3], scalars: [-2, 0, 1]))
    #expect(filter.image(0)?.pixels == [0, 0, 0, 128, 128, 128, 191, 191, 191])
    filter.weights.scalars = [.nan, 0, 0]
    #expect(filter.image(0)?.pixels == Array(repeating: 128, count: 9))
    #expect(filter.image(1) == nil)
  }

  @Test("Purity is the share of the commonest class, and the finding compares the first stage with the last")
  func purity() throws {
    let image = try Image(size: ImageSize(side: 1), pixels: [1, 2, 3])
    func stage(_ layer: String, _ classes: [String]) -> Features.Stage {
      let patches = classes.map {
        Features.Patch(
          position: 0, className: $0, activation: 1, region: ImageRegion(image.size), image: image)
      }
      return Features.Stage(
        name: layer, layer: layer + ".2.relu2", channelCount: 1, receptiveField: 15,
        channels: [.init(index: 0, patches: patches)])
    }
    let features = Features(
      network: "r20", dataSet: "test images", images: 100,
      filters: .init(layer: "conv1", weights: Tensor(repeating: 1, shape: [2, 3, 3, 3])),
      stages: [stage("layer1", ["a", "b", "c", "a"]), stage("layer3", ["a", "a", "a", "b"])])
    #expect(features.stages.map(\.purity) == [0.5, 0.75])
    #expect(features.finding.contains("2 filters of 3×3"))
    #expect(features.finding.contains("50.0 % in layer1 and 75.0 % in layer3"))
    #expect(features.finding.contains("later channels tell classes"))
    #expect(features.figures.map(\.suffix) == [nil, "layer1", "layer3"])
    #expect(features.table.rows.count == 8)
  }

  @Test("Networks without filters, and numbers that show nothing, are refused")
  func refusals() async throws {
    let images = try Small.views(4)
    for (subject, count, channels) in [
      (try Small.sight(.fullyConnected(depth: 8)), 4, 2), (try Small.sight(), 0, 2), (try Small.sight(), 4, 0),
    ] {
      let error = try await Small.failure {
        _ = try await Features.measure(of: subject, on: images, images: count, channels: channels)
      }
      #expect(error.code == .usage)
    }
    let other = try await Small.failure {
      _ = try await Features.measure(of: Small.sight(), on: Small.views(4, shape: [3, 8, 8]))
    }
    #expect(other.code == .data)
  }
}
