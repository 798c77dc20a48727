import ResNetCore
import ResNetImages
import Testing

/// The 1×2×3 image 1 2 3 / 4 5 6 in numbers, under some placement.
private func placed(_ placement: Placement, preprocessing: Preprocessing? = nil) throws -> [Float] {
  let plain = try preprocessing ?? Preprocessing(mean: [0], deviation: [1 / 255.0])
  let normalizer = try PixelNormalizer(plain, imageShape: [1, 2, 3])
  let image: [UInt8] = [1, 2, 3, 4, 5, 6]
  var result = [Float](repeating: .nan, count: 6)
  image.withUnsafeBufferPointer { source in
    result.withUnsafeMutableBufferPointer { normalizer.write(source, placement: placement, into: $0) }
  }
  return result
}

@Suite struct AugmentationTests {
  @Test(
    "A placement moves the window over the image, fills with zeros and then mirrors",
    arguments: [
      (Placement.identity, [1, 2, 3, 4, 5, 6]),
      (Placement(x: 1, y: 0, flipped: false), [2, 3, 0, 5, 6, 0]),
      (Placement(x: -1, y: 0, flipped: false), [0, 1, 2, 0, 4, 5]),
      (Placement(x: 0, y: 1, flipped: false), [4, 5, 6, 0, 0, 0]),
      (Placement(x: -2, y: -1, flipped: false), [0, 0, 0, 0, 0, 1]),
      (Placement(x: 0, y: 0, flipped: true), [3, 2, 1, 6, 5, 4]),
      (Placement(x: 1, y: 0, flipped: true), [0, 3, 2, 0, 6, 5]),
      (Placement(x: -1, y: 1, flipped: true), [5, 4, 0, 0, 0, 0]),
      (Placement(x: 5, y: 0, flipped: false), [0, 0, 0, 0, 0, 0]),
      (Placement(x: -5, y: 0, flipped: true), [0, 0, 0, 0, 0, 0]),
    ] as [(Placement, [Float])])
  func geometry(placement: Placement, expected: [Float]) throws {
    #expect(try placed(placement).map { $0.rounded() } == expected)
  }

  @Test("Zeros are padded after the mean is subtracted, so the border has the value of the mean")
  func zerosAfterSubtraction() throws {
    let channel = try Preprocessing(mean: [1 / 255.0], deviation: [1 / 255.0])
    #expect(
      try placed(Placement(x: -1, y: 0, flipped: false), preprocessing: channel).map { $0.rounded() } == [
        0, 0, 1, 0, 3, 4,
      ])
    let mean = Tensor(shape: [1, 2, 3], scalars: [6, 5, 4, 3, 2, 1].map { $0 / 255 })
    let pixel = try Preprocessing(meanImage: mean, deviation: [1 / 255.0])
    #expect(try placed(.identity, preprocessing: pixel).map { $0.rounded() } == [-5, -3, -1, 1, 3, 5])
    // The mean image moves with the image: it is subtracted before the crop.
    #expect(
      try placed(Placement(x: 1, y: 0, flipped: true), preprocessing: pixel).map { $0.rounded() } == [
        0, -1, -3, 0, 5, 3,
      ])
  }

  @Test("A placement is a function of seed, epoch and sample, and every window and mirror image occurs")
  func placements() {
    let augmentation = Augmentation.padFourAndFlip
    let drawn = (0..<4000).map { augmentation.placement(seed: 7, epoch: 2, sample: $0) }
    #expect(drawn == (0..<4000).map { augmentation.placement(seed: 7, epoch: 2, sample: $0) })
    #expect(drawn != (0..<4000).map { augmentation.placement(seed: 7, epoch: 3, sample: $0) })
    #expect(drawn != (0..<4000).map { augmentation.placement(seed: 8, epoch: 2, sample: $0) })
    #expect(Set(drawn).count == 9 * 9 * 2)
    #expect(drawn.allSatisfy { abs($0.x) <= 4 && abs($0.y) <= 4 })
    let mirrored = drawn.count { $0.flipped }
    #expect((1800...2200).contains(mirrored))
  }

  @Test("Leaving out the flip keeps the crops, and no augmentation leaves images alone")
  func options() {
    let crop = Augmentation(padding: 4, flips: false)
    for sample in 0..<100 {
      var expected = Augmentation.padFourAndFlip.placement(seed: 1, epoch: 0, sample: sample)
      expected.flipped = false
      #expect(crop.placement(seed: 1, epoch: 0, sample: sample) == expected)
      #expect(Augmentation.none.placement(seed: 1, epoch: 0, sample: sample) == .identity)
    }
  }

  @Test("A padding that is negative or shows nothing of the image is refused", arguments: [-1, 28, Int.max])
  func refusedPadding(padding: Int) {
    #expect {
      try Augmentation(padding: padding, flips: false).check(imageShape: [1, 28, 28])
    } throws: { ($0 as? ResNetError)?.code == .usage }
  }
}
