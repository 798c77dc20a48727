import Foundation
import ResNetCore
import ResNetEngine
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetModel

@Suite struct ClassifierTests {
  /// The small model, or one whose logits are the same for every picture.
  private func model(logits: [Float]? = nil) throws -> Model {
    let model = try sample()
    guard let logits else { return model }
    var parameters = model.parameters.mapValues { Tensor(repeating: 0, shape: $0.shape) }
    parameters["fc.bias"] = Tensor(shape: [logits.count], scalars: logits)
    return try Model(
      architecture: model.architecture, input: model.input, classes: model.classes, preprocessing: model.preprocessing,
      parameters: parameters)
  }

  /// A picture in which every pixel is another, as a PPM file.
  private func picture(_ number: Int, width: Int = 8, height: Int = 8) -> ImageSource {
    let pixels = (0..<width * height * 3).map { (i: Int) -> UInt8 in UInt8((i * 37 + number * 101) % 251) }
    return .bytes(Array("P6 \(width) \(height) 255\n".utf8) + pixels, named: "picture \(number)")
  }

  /// What the network makes of an input without a classifier.
  private func logits(_ model: Model, _ input: Tensor) async throws -> [Float] {
    try await EngineActor.run {
      let engine = try Engine(graph: model.graph)
      try engine.parameters.set(model.parameters)
      let program = try engine.program(batch: 1, purpose: .inference)
      _ = program.input.update(from: input.scalars)
      try program.run()
      return Array(program.logits)
    }
  }

  @Test("Guesses are the softmax of the logits, the likeliest first and equal ones in their order")
  func guesses() async throws {
    let classifier = try await Classifier(model(logits: [1, 2, 1]))
    let classification = try await classifier.classify(Image(picture(1)))
    #expect(classification.logits == [1, 2, 1] && classification.size == ImageSize(side: 8))
    let guesses = classification.guesses()
    #expect(guesses.map(\.index) == [1, 0, 2])
    #expect(guesses.map(\.name) == ["dog", "cat", "ünö \"\\/🦊"])
    let sum = 2 * exp(1.0) + exp(2.0)
    for (guess, share) in zip(guesses, [exp(2.0), exp(1.0), exp(1.0)]) {
      #expect(abs(guess.probability - share / sum) < 1e-12)
    }
    #expect(classification.guesses(top: 1) == [guesses[0]] && classification.guesses(top: 0).isEmpty)
    #expect(guesses[0].description == "dog 57.61 %")
    let far = try await Classifier(model(logits: [-3e38, 3e38, 0])).classify(Image(picture(1))).guesses()
    #expect(far.map(\.probability) == [1, 0, 0])
  }

  @Test("A model tells what a picture shows in one call")
  func oneCall() async throws {
    let guesses = try await model(logits: [0, 1, 5]).classify(Image(picture(1)), top: 2)
    #expect(guesses.map(\.index) == [2, 1])
  }

  @Test(
    "Many pictures come in their order, and broken ones with their reasons, whatever the batch and the threads",
    arguments: [1, 3, 32], [0, 1, 4])
  func many(batch: Int, threads: Int) async throws {
    let model = try model()
    let classifier = try await Classifier(model, batch: batch, loaderThreads: threads)
    var pictures = (0..<10).map { picture($0) }
    pictures[4] = .bytes([1, 2, 3], named: "no picture")
    pictures[9] = .file("/nowhere/at/all.jpg")
    var results: [Classifications.Element] = []
    for try await result in classifier.classify(pictures) { results.append(result) }
    #expect(results.count == 10)
    for (number, result) in results.enumerated() {
      switch result {
      case .success(let classification):
        let expected = try await logits(model, model.preprocessing(Image(picture(number))))
        for (own, other) in zip(classification.logits, expected) { #expect(abs(own - other) < 1e-4) }
      case .failure(let error):
        #expect(error.code == .data && [4, 9].contains(number))
        #expect(error.place == pictures[number].name)
      }
    }
    #expect(results.map { (try? $0.get()) != nil }.filter { $0 }.count == 8)
    #expect(Set(results.compactMap { try? $0.get().logits }).count == 8)
  }

  @Test("No pictures give no results, and nothing but broken ones give no logits")
  func nothing() async throws {
    let classifier = try await Classifier(model(), batch: 2)
    for try await _ in classifier.classify(files: []) { Issue.record("there is no picture") }
    var reasons: [String] = []
    for try await result in classifier.classify(files: ["/nowhere/a.jpg", "/nowhere/b.jpg", "/nowhere/c.jpg"]) {
      if case .failure(let error) = result { reasons.append(error.place ?? "") }
    }
    #expect(reasons == ["/nowhere/a.jpg", "/nowhere/b.jpg", "/nowhere/c.jpg"])
  }

  @Test("What is left of many pictures is let go with the iteration, and a cancelled task ends it")
  func early() async throws {
    let classifier = try await Classifier(model(), batch: 1, loaderThreads: 2)
    let pictures = (0..<50).map { picture($0) }
    for try await _ in classifier.classify(pictures) { break }
    let task = Task {
      var count = 0
      for try await _ in classifier.classify(pictures) {
        count += 1
        if count == 3 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return count
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("A picture of another size than a network for small images takes is resized and cut")
  func otherSizes() async throws {
    let model = try model()
    let image = try Image(picture(3, width: 30, height: 20))
    let classification = try await Classifier(model).classify(image)
    let expected = try await logits(model, model.preprocessing.resizing(to: model.input)(image))
    #expect(classification.logits == expected && classification.size == image.size)
    for try await result in try await Classifier(model).classify([picture(3, width: 30, height: 20)]) {
      #expect(try result.get() == classification)
    }
  }

  @Test("A network of one channel sees the brightness of a colour picture")
  func grey() async throws {
    let model = try Model(
      architecture: .cifar(depth: 8), input: [1, 8, 8], classes: ["a", "b"],
      preprocessing: Preprocessing(mean: [0.2860], deviation: [0.3530]), seed: 3)
    let colours = (0..<64).flatMap { (i: Int) -> [UInt8] in [UInt8(i), UInt8(255 - i), UInt8(i * 3)] }
    let brightness = stride(from: 0, to: colours.count, by: 3).map { (i: Int) -> UInt8 in
      let (red, green, blue) = (Int(colours[i]), Int(colours[i + 1]), Int(colours[i + 2]))
      return UInt8((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16)
    }
    func image(_ kind: String, _ pixels: [UInt8]) throws -> Image {
      try Image(.bytes(Array("\(kind) 8 8 255\n".utf8) + pixels, named: kind))
    }
    let classifier = try await Classifier(model)
    let colour = try await classifier.classify(image("P6", colours))
    let grey = try await classifier.classify(image("P5", brightness))
    #expect(colour.logits == grey.logits)
  }

  @Test("Orientation is undone where the rules say so, else where the model does")
  func rules() async throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/images/orientation-6.jpg").path
    for (rules, size) in [(nil, "37×23"), (ImageRules(exif: .apply), "23×37")] as [(ImageRules?, String)] {
      let classifier = try await Classifier(model(), rules: rules)
      #expect(classifier.preprocessing.rules == rules ?? ImageRules())
      for try await result in classifier.classify(files: [path]) {
        #expect(try result.get().size.description == size)
      }
    }
  }

  @Test("Logits that are not finite numbers are an error of their picture, with a remedy")
  func diverged() async throws {
    let classifier = try await Classifier(model(logits: [0, .nan, 0]))
    let error = await #expect(throws: ResNetError.self) { try await classifier.classify(Image(picture(1))) }
    #expect(error?.code == .data && error?.message.contains("class 1") == true)
    for try await result in classifier.classify([picture(1)]) {
      guard case .failure(let error) = result else {
        Issue.record("the logits are not finite")
        continue
      }
      #expect(error.place == "picture 1" && error.remedy.contains("diverge"))
    }
  }

  @Test("A quantised model classifies with its integers")
  func integers() async throws {
    guard try await EngineActor.run({ try Precision.int8.isSupported() }) else {
      print("NOT TESTED: this processor does not compute in int8")
      return
    }
    let model = try model()
    let quantization = try await EngineActor.run {
      let engine = try Engine(graph: model.graph)
      try engine.parameters.set(model.parameters)
      let calibrator = Calibrator(engine)
      for number in 0..<4 {
        let input = try model.preprocessing(Image(picture(number)))
        try input.scalars.withUnsafeBufferPointer { try calibrator.add($0) }
      }
      return try calibrator.quantization()
    }
    let image = try Image(picture(2))
    let quantized = try await Classifier(model.quantized(quantization), precision: .int8).classify(image)
    let single = try await Classifier(model).classify(image)
    let greatest = try #require(single.logits.map(abs).max())
    #expect(quantized.logits != single.logits)
    for (own, other) in zip(quantized.logits, single.logits) { #expect(abs(own - other) < 0.1 * greatest) }
    let error = await #expect(throws: ResNetError.self) { try await Classifier(model, precision: .int8) }
    #expect(error?.code == .usage)
  }

  @Test("Impossible batches and threads, and networks that take no pictures, are refused")
  func refusals() async throws {
    let model = try model()
    for (batch, threads) in [(0, 1), (1 << 13, 1), (1, -1), (1, 1025)] {
      let error = await #expect(throws: ResNetError.self) {
        try await Classifier(model, batch: batch, loaderThreads: threads)
      }
      #expect(error?.code == .usage)
    }
    let vectors = try Model(
      architecture: .named("fully_connected_resnet8"), input: [12], classes: ["a", "b"],
      preprocessing: model.preprocessing, seed: 1)
    let error = await #expect(throws: ResNetError.self) { try await Classifier(vectors) }
    #expect(error?.code == .data)
  }
}
