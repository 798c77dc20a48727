import ResNetCore
import ResNetImages
import Testing

@testable import ResNetData

private let shape: Shape = [2, 10, 12]

/// A batch of numbers from 0 to 1 and one-hot targets, mixed.
private func mixed(
  _ mixing: BatchMixing, count: Int = 5, seed: UInt64 = 1, epoch: Int = 2, batch: Int = 3
) -> (images: [Float], targets: [Float]) {
  var (images, targets) = (images(count), targets(count))
  images.withUnsafeMutableBufferPointer { images in
    targets.withUnsafeMutableBufferPointer {
      mixing.apply(images: images, targets: $0, shape: shape, seed: seed, epoch: epoch, batch: batch)
    }
  }
  return (images, targets)
}

private func images(_ count: Int) -> [Float] {
  (0..<count * shape.count).map { Float(($0 * 7919) % 1013) / 1013 }
}

private func targets(_ count: Int) -> [Float] {
  (0..<count * 4).map { $0 % 4 == $0 / 4 % 3 ? 1 : 0 }
}

private func draws(_ mixing: BatchMixing, _ count: Int, _ shape: Shape = [3, 32, 48]) -> [BatchMixing.Mixture] {
  (0..<count).compactMap { batch in
    var random = RandomNumbers(seed: 1, purpose: .testing, index: UInt64(batch))
    return mixing.draw(&random, shape)
  }
}

extension BatchMixing.Mixture {
  /// λ of mixup.
  fileprivate var wholeShare: Double? {
    if case .whole(let share) = self { share } else { nil }
  }

  /// The rectangle of cutmix.
  fileprivate var region: ImageRegion? {
    if case .region(let region, _) = self { region } else { nil }
  }
}

@Suite struct BatchMixingTests {
  @Test("Mixup adds to each image and target the one before it, the last to the first", arguments: [1, 2, 5])
  func mixup(count: Int) throws {
    let mixing = BatchMixing(mixup: 1)
    let (newImages, newTargets) = mixed(mixing, count: count)
    var random = RandomNumbers(seed: 1, purpose: .mixing, epoch: 2, index: 3)
    guard case .whole(let share) = try #require(mixing.draw(&random, shape)) else {
      Issue.record("no mixup")
      return
    }
    func expected(_ values: [Float]) -> [Float] {
      let size = values.count / count
      return values.indices.map { i in
        values[i] * Float(share) + values[(i + values.count - size) % values.count] * Float(1 - share)
      }
    }
    #expect(newImages == expected(images(count)))
    #expect(newTargets == expected(targets(count)))
  }

  @Test("Cutmix copies a rectangle out of the image before, and the target goes by what is left", arguments: [1, 2, 5])
  func cutmix(count: Int) throws {
    let mixing = BatchMixing(cutmix: 1)
    // A batch whose rectangle is not empty.
    let batch = try #require(
      (0..<100).first {
        var random = RandomNumbers(seed: 1, purpose: .mixing, epoch: 2, index: UInt64($0))
        return (mixing.draw(&random, shape)?.region?.size).map { $0.width * $0.height > 9 } ?? false
      })
    let (newImages, newTargets) = mixed(mixing, count: count, batch: batch)
    var random = RandomNumbers(seed: 1, purpose: .mixing, epoch: 2, index: UInt64(batch))
    guard case .region(let region, let share) = try #require(mixing.draw(&random, shape)) else {
      Issue.record("no cutmix")
      return
    }
    #expect(share == 1 - Double(region.size.width * region.size.height) / 120)
    let old = images(count)
    #expect(
      newImages
        == old.indices.map { i in
          let (x, y) = (i % 12, i / 12 % 10)
          let isInside =
            (region.x..<region.x + region.size.width).contains(x)
            && (region.y..<region.y + region.size.height).contains(y)
          return isInside ? old[(i + old.count - shape.count) % old.count] : old[i]
        })
    for row in 0..<count {
      let target = newTargets[row * 4..<row * 4 + 4]
      #expect(abs(target.reduce(0, +) - 1) < 1e-6)
      let (own, before) = (row % 3, (row + count - 1) % count % 3)
      if own != before { #expect(target[row * 4 + own] == Float(share)) }
    }
  }

  @Test("The shares of mixup have the mean and variance of Beta(α, α)", arguments: [0.2, 1, 8])
  func shares(alpha: Double) {
    let shares = draws(BatchMixing(mixup: alpha), 20_000).compactMap(\.wholeShare)
    #expect(shares.count == 20_000 && shares.allSatisfy { (0...1).contains($0) })
    let mean = shares.reduce(0, +) / 20_000
    let variance = shares.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
    let expected = 1 / (4 * (2 * alpha + 1))
    #expect(abs(mean - 0.5) < 0.02 && abs(variance / expected - 1) < 0.05)
  }

  @Test("Cutmix's rectangles lie in the image, and lose at its border what torchvision's lose")
  func rectangles() {
    let regions = draws(BatchMixing(cutmix: 1), 20_000).compactMap(\.region)
    #expect(regions.count == 20_000)
    #expect(
      regions.allSatisfy {
        $0.x >= 0 && $0.y >= 0 && $0.size.width >= 0 && $0.size.height >= 0 && $0.x + $0.size.width <= 48
          && $0.y + $0.size.height <= 32
      })
    // An integral over the middle's place and λ: a side of r keeps r − r²/4 on average, and the square of that with
    // r² even over [0, 1] is 1/2 − 2/10 + 1/48 = 0.3208; whole pixels take a little of it.
    let area = regions.map { Double($0.size.width * $0.size.height) / (48 * 32) }.reduce(0, +) / 20_000
    #expect((0.29...0.33).contains(area))
  }

  @Test("With both, each batch takes one of them, about half of the batches each")
  func both() {
    let drawn = draws(BatchMixing(mixup: 0.2, cutmix: 1), 4000)
    let whole = drawn.compactMap(\.wholeShare).count
    #expect(drawn.count == 4000 && abs(whole - 2000) < 160)
    #expect(draws(BatchMixing(), 10).isEmpty)
  }

  @Test("Mixing is a function of seed, epoch and batch, and without either kind nothing happens")
  func determinism() {
    let mixing = BatchMixing(mixup: 0.4, cutmix: 1)
    let first = mixed(mixing)
    #expect(mixed(mixing) == first)
    #expect(mixed(mixing, seed: 2) != first && mixed(mixing, epoch: 3) != first && mixed(mixing, batch: 4) != first)
    #expect(mixed(BatchMixing()) == (images(5), targets(5)))
    #expect(BatchMixing(.padFourAndFlip) == nil)
    #expect(BatchMixing(Augmentation(cutmix: 0.5)) == BatchMixing(cutmix: 0.5))
  }
}
