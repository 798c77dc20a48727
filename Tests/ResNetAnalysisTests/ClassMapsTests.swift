import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels
import Testing

@testable import ResNetAnalysis

@Suite struct ClassMapsTests {
  private func pictures(_ count: Int) throws -> [ClassMaps.Picture] {
    let images = try Small.views(count)
    return try (0..<count).map { try ClassMaps.Picture(of: images, at: $0) }
  }

  @Test("With global pooling and one linear layer, channels weigh as much as the class's weights: w / (height · width)")
  func closedForm() async throws {
    let subject = try Small.sight()
    // More than one batch of pictures, the last not full.
    let maps = try await ClassMaps.measure(of: subject, on: pictures(19))
    let weights = try #require(subject.model.parameters["fc.weight"])
    #expect(maps.layer == "layer3.0.relu2")
    #expect(maps.maps.count == 19)
    for map in maps.maps {
      #expect(map.size == ImageSize(side: 4))
      let own = weights.scalars[map.classIndex * 64..<(map.classIndex + 1) * 64].map { Double($0) / 16 }
      #expect(map.channelWeights.count == 64)
      for (weight, truth) in zip(map.channelWeights, own) { #expect(abs(weight - truth) < 1e-7) }
    }
  }

  @Test("A map is the ReLU of the weighed activations, and belongs to the class with the greatest score")
  func weighedSum() async throws {
    let subject = try Small.sight()
    let images = try Small.views(3)
    let maps = try await ClassMaps.measure(of: subject, on: pictures(3)).maps
    let layer = try subject.model.graph.mappedLayer(named: nil)
    let loader = try subject.loader(of: images)
    let (activation, logits) = try await EngineActor.run {
      let engine = try subject.engine()
      var purpose = Purpose.inference
      purpose.observations = [layer]
      let program = try engine.program(batch: 3, purpose: purpose)
      program.take(try loader.firstBatch())
      try program.run()
      return (try program.activation(layer), Array(program.logits))
    }
    for (index, map) in maps.enumerated() {
      let row = logits[index * 4..<(index + 1) * 4].map(Double.init)
      #expect(row[map.classIndex] == row.max())
      #expect(abs(map.logit - row[map.classIndex]) < 1e-5)
      #expect(map.truth == "class \(index)" && map.className == "class \(map.classIndex)")
      for place in 0..<16 {
        let sum = (0..<64).reduce(0.0) {
          $0 + map.channelWeights[$1] * Double(activation.scalars[(index * 64 + $1) * 16 + place])
        }
        #expect(abs(map.values[place] - max(sum, 0)) < 1e-5)
      }
    }
  }

  @Test("Any class and any layer can be asked for, and what is asked for is what is told")
  func otherClasses() async throws {
    let subject = try Small.sight()
    let maps = try await ClassMaps.measure(of: subject, on: pictures(2), class: 3, layer: "layer1")
    #expect(maps.isOfOneClass && maps.title == "Where small sees class 3")
    #expect(
      maps.maps.allSatisfy { $0.classIndex == 3 && $0.size == ImageSize(side: 16) && $0.channelWeights.count == 16 })
    let all = try await (0..<4).asyncMap {
      try await ClassMaps.measure(of: subject, on: pictures(1), class: $0).maps[0]
    }
    #expect(abs(all.reduce(0) { $0 + $1.probability } - 1) < 1e-6)
  }

  @Test("A photograph of another size is seen as the network sees it")
  func photographs() async throws {
    var random = RandomNumbers(seed: 1, purpose: .testing)
    let photograph = try Image(
      size: ImageSize(width: 60, height: 40), pixels: (0..<7200).map { _ in UInt8(random.integer(below: 256)) })
    let subject = try Small.sight()
    let map = try await ClassMaps.measure(of: subject, on: [.init(photograph, name: "photo.jpg")]).maps[0]
    #expect(map.image.size == ImageSize(side: 16))
    #expect(map.enlarged.count == 256)
    #expect(try map.overlay().size == map.image.size)
    #expect(map.truth == nil)
  }

  @Test("What cannot be looked at is refused, and says why")
  func refusals() async throws {
    let subject = try Small.sight()
    let some = try pictures(1)
    let missing = ClassMaps.Picture(.file("/nowhere/photo.jpg"))
    let noPicture = ClassMaps.Picture(.bytes([1, 2, 3], named: "noise"))
    let cases: [(() async throws -> Void, ResNetError.Code, String)] = [
      ({ _ = try await ClassMaps.measure(of: subject, on: []) }, .usage, "no pictures"),
      ({ _ = try await ClassMaps.measure(of: subject, on: some, class: 4) }, .usage, "no class 4"),
      ({ _ = try await ClassMaps.measure(of: subject, on: some, class: -1) }, .usage, "no class -1"),
      ({ _ = try await ClassMaps.measure(of: subject, on: some, layer: "layer9") }, .usage, "no layer or module"),
      ({ _ = try await ClassMaps.measure(of: subject, on: some, layer: "fc") }, .usage, "no layer with channels"),
      ({ _ = try await ClassMaps.measure(of: subject, on: some, layer: "input") }, .usage, ""),
      ({ _ = try await ClassMaps.measure(of: subject, on: [missing]) }, .data, "No such file"),
      ({ _ = try await ClassMaps.measure(of: subject, on: [noPicture]) }, .data, "no picture"),
      (
        {
          _ = try await ClassMaps.measure(
            of: Small.sight(.fullyConnected(depth: 8)), on: some)
        }, .usage, "no layer with channels"
      ),
    ]
    for (work, code, words) in cases {
      let error = try await Small.failure(work)
      #expect(error.code == code && error.message.contains(words), "\(error)")
    }
    let set = try Small.views(3)
    #expect(throws: ResNetError.self) { try ClassMaps.Picture(of: set, at: 3) }
    let deep = try Small.views(1, shape: [2, 8, 8])
    #expect(throws: ResNetError.self) { try ClassMaps.Picture(of: deep, at: 0).read() }
    var parameters = subject.model.parameters
    parameters["fc.bias"]?.scalars[1] = .nan
    let diverged = Subject(try Small.changed(subject.model, to: parameters), name: "diverged")
    let error = try await Small.failure { _ = try await ClassMaps.measure(of: diverged, on: some) }
    #expect(error.code == .data && error.place == "image 0")
  }

  /// A map of given values over a picture of one colour.
  private func map(
    _ values: [Double], size: ImageSize, picture: ImageSize, truth: String? = nil
  ) throws -> ClassMaps.Map {
    ClassMaps.Map(
      name: "photo.jpg", truth: truth,
      image: try Image(
        size: picture, pixels: Array(repeating: 200, count: picture.width * picture.height * 3)), classIndex: 1,
      className: "cat", logit: 2, probability: 0.875, channelWeights: [], size: size, values: values)
  }

  @Test("Maps are enlarged as PyTorch's bilinear interpolation does it")
  func enlarged() throws {
    // torch.nn.functional.interpolate(x, (4, 4), mode="bilinear", align_corners=False)
    let two = try map([0, 1, 2, 3], size: ImageSize(side: 2), picture: ImageSize(side: 4))
    #expect(two.enlarged == [0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3])
    let same = try map(
      [5, 7, 1, 0, 2, 3], size: ImageSize(width: 3, height: 2), picture: ImageSize(width: 3, height: 2))
    #expect(same.enlarged == [5, 7, 1, 0, 2, 3])
    #expect(
      try map([4], size: ImageSize(side: 1), picture: ImageSize(side: 3)).enlarged == Array(repeating: 4, count: 9))
  }

  @Test("An overlay is grey and dark where the map is zero, and coloured where it is greatest")
  func overlay() throws {
    let overlay = try map([0, 1, 0, 0.5], size: ImageSize(side: 2), picture: ImageSize(side: 2)).overlay()
    #expect(overlay[0, 0] == (80, 80, 80))
    let hot = overlay[1, 0]
    #expect(Int(hot.red) > Int(hot.blue) + 80)
    let empty = try map([0, 0, 0, .nan], size: ImageSize(side: 2), picture: ImageSize(side: 2))
    #expect(try empty.overlay().pixels == Array(repeating: 80, count: 12))
    #expect(empty.areaOfHalf == nil)
  }

  @Test("The finding is made of the map's own numbers")
  func finding() throws {
    let one = try map([0, 3, 1, 0], size: ImageSize(side: 2), picture: ImageSize(side: 2), truth: "dog")
    #expect(one.areaOfHalf == 0.25)
    let single = ClassMaps(network: "r20", layer: "layer3", isOfOneClass: false, maps: [one])
    #expect(
      single.finding
        == "r20 gives the class cat 87.50 % in photo.jpg, which is dog. The map of layer3, 2×2, is highest "
        + "at column 2, row 1; half of it lies in 25.0 % of the picture.")
    let empty = try map([0, 0, 0, 0], size: ImageSize(side: 2), picture: ImageSize(side: 2), truth: "cat")
    let flat = try map([1, 1, 1, 1], size: ImageSize(side: 2), picture: ImageSize(side: 2), truth: "cat")
    let many = ClassMaps(network: "r20", layer: "layer3", isOfOneClass: false, maps: [one, empty, flat])
    #expect(
      many.finding.hasPrefix("r20 is right in 2 of 3 pictures. Half of a map of layer3 lies in 37.5 % of the picture"))
    #expect(many.finding.hasSuffix("In 1 map of 3 nothing speaks for the class."))
    #expect(
      ClassMaps(network: "r20", layer: "l", isOfOneClass: false, maps: [empty]).finding.contains("The map is empty"))
    #expect(many.figures.count == 1 && many.figures[0].svg.contains("data:image/png"))
    #expect(single.table.commaSeparated.split(separator: "\n")[2] == "photo.jpg,dog,cat,0.875,2.0,0,1,3.0")
  }
}

extension Sequence where Self: Sendable, Element: Sendable {
  /// The results of one piece of work after another.
  func asyncMap<Result>(_ work: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await work(element)) }
    return results
  }
}
