import ResNetCore
import Testing

@testable import ResNetImages

private let whole = ImageSize(width: 500, height: 375)

private func regions(
  _ count: Int, of size: ImageSize = whole, scale: ClosedRange<Double>, ratio: ClosedRange<Double>
) -> [ImageRegion] {
  (0..<count).map { sample in
    var random = RandomNumbers(seed: 9, purpose: .testing, index: UInt64(sample))
    return ImageRegion(of: size, scale: scale, ratio: ratio, &random)
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// Changes of pictures that take 24×20 pixels.
private let preprocessing = Result {
  try Preprocessing(
    mean: [0.5, 0.4, 0.3], deviation: [0.3, 0.2, 0.1], geometry: .squash(ImageSize(width: 24, height: 20), .bilinear))
}

@Suite struct RandomPictureTests {
  @Test("Regions have the areas and the proportions that were asked for, anywhere in the picture")
  func distribution() {
    // Up to half of the area, every region fits.
    let drawn = regions(20_000, scale: 0.08...0.5, ratio: 0.75...4.0 / 3)
    #expect(
      drawn.allSatisfy {
        $0.x >= 0 && $0.y >= 0 && $0.x + $0.size.width <= whole.width && $0.y + $0.size.height <= whole.height
      })
    let shares = drawn.map { Double($0.size.area) / Double(whole.area) }
    #expect(shares.allSatisfy { (0.079...0.502).contains($0) })
    #expect(abs(mean(shares) - 0.29) < 0.005)
    let ratios = drawn.map { Double($0.size.width) / Double($0.size.height) }
    #expect(ratios.allSatisfy { (0.743...1.345).contains($0) })
    // As many above 1 as below, as the logarithm is spread evenly.
    #expect(abs(ratios.count { $0 > 1 } - 10_000) < 350)
    #expect(abs(mean(drawn.map { Double($0.x) / Double(whole.width - $0.size.width) }) - 0.5) < 0.012)
    #expect(abs(mean(drawn.map { Double($0.y) / Double(whole.height - $0.size.height) }) - 0.5) < 0.012)
  }

  @Test("Where no region fits, the middle is taken, as large as the proportions allow")
  func middle() {
    func region(_ width: Int, _ height: Int, _ ratio: ClosedRange<Double> = 0.75...4.0 / 3) -> ImageRegion {
      regions(1, of: ImageSize(width: width, height: height), scale: 1...1, ratio: ratio)[0]
    }
    // torchvision's RandomResizedCrop.get_params of the same pictures.
    #expect(region(500, 100) == ImageRegion(x: 183, y: 0, size: ImageSize(width: 133, height: 100)))
    #expect(region(100, 501) == ImageRegion(x: 0, y: 184, size: ImageSize(width: 100, height: 133)))
    #expect(region(1, 1000, 50...60) == ImageRegion(x: 0, y: 499, size: ImageSize(side: 1)))
    #expect(ImageRegion(middleOf: whole, ratio: 1...2) == ImageRegion(whole))
  }

  @Test("A picture is a function of seed, epoch and sample, of the size that the network takes")
  func determinism() throws {
    let image = try Image.madeUp(ImageSize(width: 61, height: 47))
    var augmentation = Augmentation.randomResizedCropAndFlip
    augmentation.colorJitter = ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)
    augmentation.policy = .randAugment
    func picture(_ seed: UInt64, _ epoch: Int, _ sample: Int) throws -> Image {
      try augmentation.picture(image, for: preprocessing.get(), seed: seed, epoch: epoch, sample: sample)
    }
    let first = try picture(1, 2, 3)
    #expect(first.size == ImageSize(width: 24, height: 20))
    #expect(try picture(1, 2, 3) == first)
    for other in [try picture(2, 2, 3), try picture(1, 3, 3), try picture(1, 2, 4)] { #expect(other != first) }
  }

  @Test("A random crop is the region cut out and resized, and a flip mirrors it, half of the time")
  func cropAndFlip() throws {
    let image = try Image.madeUp(ImageSize(width: 61, height: 47))
    var augmentation = Augmentation.randomResizedCropAndFlip
    let preprocessing = try preprocessing.get()
    var mirrored = 0
    for sample in 0..<400 {
      augmentation.flips = false
      let plain = try augmentation.picture(image, for: preprocessing, seed: 1, epoch: 0, sample: sample)
      if sample < 20 {
        var random = RandomNumbers(seed: 1, purpose: .cropping, epoch: 0, index: UInt64(sample))
        let region = ImageRegion(of: image.size, scale: 0.08...1, ratio: 0.75...4.0 / 3, &random)
        #expect(
          try plain == image.cropped(to: region).resized(to: ImageSize(width: 24, height: 20), .bilinear))
      }
      augmentation.flips = true
      let picture = try augmentation.picture(image, for: preprocessing, seed: 1, epoch: 0, sample: sample)
      if picture != plain {
        #expect(picture == plain.oriented(.mirrored))
        mirrored += 1
      }
    }
    #expect((150...250).contains(mirrored))
  }

  @Test("Without a crop of its own, a picture is what preprocessing cuts")
  func geometry() throws {
    let image = try Image.madeUp(ImageSize(width: 61, height: 47))
    let picture = try Augmentation.none.picture(image, for: preprocessing.get(), seed: 0, epoch: 0, sample: 0)
    #expect(try picture == preprocessing.get().geometry(image))
  }

  @Test("Padded crops and flips of a picture are those of the same image in memory, bit by bit", arguments: [1, 3])
  func paths(channels: Int) throws {
    let shape: Shape = [channels, 5, 7]
    let plain = try Preprocessing(
      mean: Array(repeating: 0.3, count: channels), deviation: Array(repeating: 0.2, count: channels))
    let normalizer = try PixelNormalizer(plain, imageShape: shape)
    let preparation = try PicturePreparation(plain, input: shape)
    let bytes = (0..<shape.count).map { UInt8($0 * 37 % 256) }
    for padding in [0, 1, 4] {
      let augmentation = Augmentation(padding: padding, flips: true)
      for sample in 0..<100 {
        var (fast, slow) = ([Float](repeating: 1, count: shape.count), [Float](repeating: 2, count: shape.count))
        try bytes.withUnsafeBufferPointer { bytes in
          fast.withUnsafeMutableBufferPointer {
            normalizer.write(bytes, placement: augmentation.placement(seed: 3, epoch: 1, sample: sample), into: $0)
          }
          let image = try Image(planes: bytes, shape: shape)
          try slow.withUnsafeMutableBufferPointer {
            try preparation.write(image, augmentation: augmentation, seed: 3, epoch: 1, sample: sample, into: $0)
          }
        }
        #expect(fast.map(\.bitPattern) == slow.map(\.bitPattern))
      }
    }
  }
}

@Suite struct RandomErasingTests {
  @Test("Erased rectangles have the areas and proportions that were asked for, as often as asked for")
  func distribution() {
    let erasing = RandomErasing(probability: 0.25, scale: 0.02...0.33, ratio: 0.5...2)
    let size = ImageSize(width: 200, height: 200)
    let drawn = (0..<20_000).compactMap { sample -> ImageRegion? in
      var random = RandomNumbers(seed: 9, purpose: .testing, index: UInt64(sample))
      return erasing.region(in: size, &random)
    }
    // 5000 ± 5 deviations.
    #expect(abs(drawn.count - 5000) < 310)
    let shares = drawn.map { Double($0.size.area) / Double(size.area) }
    #expect(shares.allSatisfy { (0.0185...0.336).contains($0) })
    #expect(abs(mean(shares) - 0.175) < 0.007)
    #expect(drawn.allSatisfy { (0.48...2.09).contains(Double($0.size.height) / Double($0.size.width)) })
    #expect(abs(mean(drawn.map { Double($0.x) / Double(200 - $0.size.width) }) - 0.5) < 0.025)
  }

  @Test("One rectangle of all channels becomes 0, the same for the same seed, epoch and sample, the rest stays")
  func erases() {
    let shape: Shape = [2, 20, 30]
    let augmentation = Augmentation(erasing: RandomErasing(probability: 1, scale: 0.1...0.3, ratio: 0.3...3.3))
    func erased(_ seed: UInt64, _ epoch: Int, _ sample: Int) -> [Float] {
      var values = (0..<shape.count).map { Float($0 + 1) }
      values.withUnsafeMutableBufferPointer {
        augmentation.erase($0, shape: shape, seed: seed, epoch: epoch, sample: sample)
      }
      return values
    }
    let first = erased(1, 2, 3)
    #expect(first == erased(1, 2, 3))
    for other in [erased(2, 2, 3), erased(1, 3, 3), erased(1, 2, 4)] { #expect(other != first) }
    let holes = first.indices.filter { first[$0] == 0 }
    #expect(first.indices.allSatisfy { first[$0] == 0 || first[$0] == Float($0 + 1) })
    let (rows, columns) = (Set(holes.map { $0 / 30 % 20 }).sorted(), Set(holes.map { $0 % 30 }).sorted())
    #expect(holes.count == 2 * rows.count * columns.count && (50...200).contains(holes.count / 2))
    #expect(
      rows.count == rows[rows.count - 1] - rows[0] + 1 && columns.count == columns[columns.count - 1] - columns[0] + 1)
  }

  @Test("A rectangle that never fits erases nothing")
  func noFit() {
    var random = RandomNumbers(seed: 1, purpose: .testing)
    #expect(
      RandomErasing(probability: 1, scale: 1...1, ratio: 1...1).region(in: ImageSize(side: 8), &random) == nil)
  }
}
