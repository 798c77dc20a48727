import ResNetCore
import ResNetData
import ResNetImages
import Testing

/// A small set of 2×3×4 images whose bytes are drawn at random.
func smallSet(count: Int = 10, seed: UInt64 = 1) throws -> DataSet {
  var random = RandomNumbers(seed: seed, purpose: .testing)
  let pixels = (0..<count * 24).map { _ in UInt8(random.integer(below: 256)) }
  return try DataSet(
    name: "small", imageShape: [2, 3, 4], pixels: pixels, labels: (0..<count).map { Int32($0 % 3) },
    classNames: ["a", "b", "c"])
}

@Suite struct DataSetTests {
  @Test("Sizes that do not fit, missing images and labels without a class are refused")
  func refused() {
    func make(_ shape: Shape, _ bytes: Int, _ labels: [Int32]) throws -> DataSet {
      try DataSet(
        name: "set", imageShape: shape, pixels: Array(repeating: 0, count: bytes), labels: labels,
        classNames: ["a", "b"])
    }
    #expect(throws: Never.self) { try make([1, 2, 2], 8, [0, 1]) }
    #expect(throws: ResNetError.self) { try make([1, 2, 2], 7, [0, 1]) }
    #expect(throws: ResNetError.self) { try make([1, 2, 2], 0, []) }
    #expect(throws: ResNetError.self) { try make([1, 0, 2], 0, [0]) }
    #expect(throws: ResNetError.self) { try make([4], 4, [0]) }
    #expect(throws: ResNetError.self) { try make([Int.max, 2, 2], 4, [0]) }
    #expect(throws: ResNetError.self) { try make([1, 2, 2], 4, [-1]) }
    #expect {
      try make([1, 2, 2], 8, [0, 2])
    } throws: { "\($0)" == "set: label 2 of image 1 is out of range. Labels go from 0 to 1." }
  }

  @Test("A subset holds the images at its positions in their order, and a subset of it too")
  func subset() throws {
    let set = try smallSet()
    let part = set.subset([7, 2, 5], name: "part")
    #expect(part.count == 3)
    #expect(part.labels == [1, 2, 2])
    #expect(part.pixels(at: 0) == set.pixels(at: 7))
    let inner = part.subset([2, 0], name: "inner")
    #expect(inner.pixels(at: 0) == set.pixels(at: 5) && inner.pixels(at: 1) == set.pixels(at: 7))
    #expect(inner.labels == [2, 1])
  }

  @Test("A validation split takes every image once, the same ones for the same seed")
  func split() throws {
    let set = try smallSet(count: 100)
    let (training, validation) = try set.split(validation: 30, seed: 5)
    #expect(training.count == 70 && validation.count == 30)
    func images(_ set: DataSet) -> Set<[UInt8]> { Set((0..<set.count).map { Array(set.pixels(at: $0)) }) }
    #expect(images(training).union(images(validation)) == images(set))
    #expect(images(training).isDisjoint(with: images(validation)))
    #expect(try set.split(validation: 30, seed: 5).validation.contentHash() == validation.contentHash())
    #expect(try set.split(validation: 30, seed: 6).validation.contentHash() != validation.contentHash())
    for count in [0, -1, 100, Int.max] {
      #expect { try set.split(validation: count, seed: 5) } throws: { ($0 as? ResNetError)?.code == .usage }
    }
  }

  @Test("The content hash sees every byte, label and class name, and not the set's name")
  func contentHash() throws {
    func hash(_ change: (inout [UInt8], inout [Int32], inout [String]) -> Void) throws -> String {
      var pixels = [UInt8](0..<22)
      var labels: [Int32] = [0, 1]
      var names = ["a", "b"]
      change(&pixels, &labels, &names)
      return try DataSet(
        name: "x", imageShape: [1, 1, 11], pixels: pixels, labels: labels, classNames: names
      ).contentHash()
    }
    let plain = try hash { _, _, _ in }
    #expect(plain.count == 16)
    for byte in 0..<22 { #expect(try hash { pixels, _, _ in pixels[byte] ^= 1 } != plain) }
    #expect(try hash { _, labels, _ in labels.swapAt(0, 1) } != plain)
    #expect(try hash { _, _, names in names[1] = "c" } != plain)
    let set = try smallSet()
    #expect(set.subset(Array(0..<10), name: "other").contentHash() == set.contentHash())
  }

  @Test("Statistics agree with their definition, on subsets too")
  func statistics() throws {
    let set = try smallSet().subset([1, 4, 6, 9], name: "part")
    let (mean, deviation) = set.channelStatistics()
    let (meanImage, around) = set.pixelStatistics()
    for channel in 0..<2 {
      let values = (0..<4).flatMap { set.pixels(at: $0).dropFirst(channel * 12).prefix(12).map { Double($0) / 255 } }
      let expected = values.reduce(0, +) / 48
      let variance = values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) } / 48
      #expect(abs(mean[channel] - expected) < 1e-12)
      #expect(abs(deviation[channel] - variance.squareRoot()) < 1e-12)
      var squares = 0.0
      for pixel in 0..<12 {
        let column = (0..<4).map { values[$0 * 12 + pixel] }
        let pixelMean = column.reduce(0, +) / 4
        #expect(meanImage.scalars[channel * 12 + pixel] == Float(pixelMean))
        squares += column.reduce(0) { $0 + ($1 - pixelMean) * ($1 - pixelMean) }
      }
      #expect(abs(around[channel] - (squares / 48).squareRoot()) < 1e-12)
    }
  }

  @Test("Preprocessing computed from a set gives its images mean 0 and variance 1")
  func computedPreprocessing() throws {
    let set = try smallSet(count: 50)
    for preprocessing in [try Preprocessing.perChannel(of: set), try .perPixel(of: set)] {
      let loader = try Loader(set, preprocessing: preprocessing, batchSize: 50, order: .sequential, threads: 0)
      let batch = try loader.firstBatch()
      for channel in 0..<2 {
        let values = (0..<50).flatMap { image in (0..<12).map { Double(batch.images[image * 24 + channel * 12 + $0]) } }
        #expect(abs(values.reduce(0, +) / 600) < 1e-6)
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 600 - 1) < 1e-6)
      }
    }
  }

  @Test("A channel that is the same everywhere is left at its scale")
  func constantChannel() throws {
    let set = try DataSet(
      name: "flat", imageShape: [1, 2, 2], pixels: Array(repeating: 7, count: 8), labels: [0, 0], classNames: ["a"])
    #expect(try Preprocessing.perChannel(of: set).deviation == [1])
    #expect(try Preprocessing.perPixel(of: set).deviation == [1])
  }
}
