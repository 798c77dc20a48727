import ResNetCore
import ResNetData
import ResNetImages
import Testing

@Suite struct GeneratedDataSetTests {
  @Test("The same seed gives the same pictures in every run and on every machine")
  func deterministic() {
    let set = GeneratedDataSet(seed: 1, training: 300, test: 100)
    // Recorded once: a change of these is a change of everybody's data.
    #expect(set.training.contentHash() == "3fbff50f1edf0bc3")
    #expect(set.test.contentHash() == "9a85a9962f305e07")
    #expect(GeneratedDataSet(seed: 2, training: 300, test: 100).training.contentHash() != set.training.contentHash())
  }

  @Test("A picture does not depend on how many are drawn, and no test picture is a training picture")
  func independent() {
    let small = GeneratedDataSet(seed: 3, training: 20, test: 20)
    let large = GeneratedDataSet(seed: 3, training: 600, test: 1)
    for position in 0..<20 { #expect(small.training.pixels(at: position) == large.training.pixels(at: position)) }
    let training = Set((0..<20).map { Array(small.training.pixels(at: $0)) })
    #expect(training.count == 20)
    #expect(training.isDisjoint(with: (0..<20).map { Array(small.test.pixels(at: $0)) }))
  }

  @Test("There are ten classes of 3×32×32, as many pictures of each")
  func classes() throws {
    let splits = try DataSet.open("generated")
    for (set, count) in [(try splits.requireTraining(), 1000), (try splits.requireTest(), 200)] {
      #expect(set.imageShape == [3, 32, 32] && set.classCount == 10)
      #expect((0..<10).allSatisfy { label in set.labels.count { $0 == label } == count })
    }
    #expect(splits.training?.classNames.first == "disc")
  }

  @Test("A linear classifier learns the training pictures and stays below one half on the test pictures")
  func linearClassifier() throws {
    let set = GeneratedDataSet()
    let preprocessing = try Preprocessing.perChannel(of: set.training)
    var classifier = LinearClassifier(imageCount: 3072, classCount: 10)
    let loader = try Loader(set.training, preprocessing: preprocessing, batchSize: 100, seed: 1)
    for epoch in 0..<6 { try classifier.train(loader.epoch(epoch), rate: 1e-3) }
    func accuracy(_ dataSet: DataSet) throws -> Double {
      let loader = try Loader(dataSet, preprocessing: preprocessing, batchSize: 500, order: .sequential)
      return try classifier.accuracy(loader.epoch(0))
    }
    let training = try accuracy(set.training)
    let test = try accuracy(set.test)
    print("linear classifier on the generated set: training \(training), test \(test)")
    #expect(training > 0.15)
    #expect(test <= 0.5)
  }

  @Test("The linear classifier solves what a linear classifier can, so that its failure means something")
  func linearClassifierWorks() throws {
    // Each class has a noisy brightness in one of the channels.
    var random = RandomNumbers(seed: 4, purpose: .testing)
    let labels = (0..<500).map { Int32($0 % 3) }
    var pixels: [UInt8] = []
    for label in labels {
      for pixel in 0..<48 {
        let brightness = pixel / 16 == Int(label) ? 80 : 40
        pixels.append(UInt8(brightness + random.integer(below: 60)))
      }
    }
    let set = try DataSet(
      name: "colours", imageShape: [3, 4, 4], pixels: pixels, labels: labels, classNames: ["red", "green", "blue"])
    let loader = try Loader(set, preprocessing: try .perChannel(of: set), batchSize: 50, seed: 1)
    var classifier = LinearClassifier(imageCount: 48, classCount: 3)
    for epoch in 0..<20 { try classifier.train(loader.epoch(epoch), rate: 0.02) }
    #expect(try classifier.accuracy(loader.epoch(99)) > 0.95)
  }
}
