import ResNetCore
import ResNetImages
import Testing

@testable import ResNetData

/// Coloured images of 9×8.
private func set(count: Int = 50, channels: Int = 3) throws -> DataSet {
  var random = RandomNumbers(seed: 1, purpose: .testing)
  let pixels = (0..<count * channels * 72).map { _ in UInt8(random.integer(below: 256)) }
  return try DataSet(
    name: "colours", imageShape: [channels, 8, 9], pixels: pixels, labels: (0..<count).map { Int32($0 % 3) },
    classNames: ["a", "b", "c"])
}

private func loader(_ augmentation: Augmentation, channels: Int = 3, threads: Int = 1) throws -> Loader {
  try Loader(
    set(channels: channels),
    preprocessing: Preprocessing(
      mean: Array(repeating: 0.4, count: channels), deviation: Array(repeating: 0.2, count: channels)),
    augmentation: augmentation, batchSize: 12, seed: 3, threads: threads)
}

private struct Copy: Equatable {
  let images: [UInt32]
  let labels: [Int32]
  let targets: [Float]?
}

private func copies(_ loader: Loader, epoch: Int = 0, from first: Int = 0) throws -> [Copy] {
  let batches = loader.epoch(epoch, from: first)
  var result: [Copy] = []
  while let batch = try batches.next() {
    result.append(
      Copy(images: batch.images.map(\.bitPattern), labels: Array(batch.labels), targets: batch.targets.map(Array.init)))
  }
  return result
}

private let everything = Augmentation(
  crop: .randomResized(scale: 0.2...1, ratio: 0.75...4.0 / 3, .bilinear), flips: true,
  colorJitter: ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1), policy: .randAugment,
  erasing: RandomErasing(), mixup: 0.2, cutmix: 1, repeats: 3)

@Suite struct LoaderAugmentationTests {
  @Test("With everything on, the number of loader threads changes no bit, and an epoch goes on from any batch")
  func threads() throws {
    let first = try copies(loader(everything, threads: 0))
    #expect(first.count == 5)
    for threads in [1, 4] { #expect(try copies(loader(everything, threads: threads)) == first) }
    #expect(try copies(loader(everything), from: 3) == Array(first[3...]))
    #expect(try copies(loader(everything), epoch: 1) != first)
  }

  @Test("Each part changes what the loader makes, and turning it off brings back the bits")
  func parts() throws {
    let base = try copies(loader(.padFourAndFlip))
    for change: (inout Augmentation) -> Void in [
      { $0.crop = .randomResized(scale: 0.2...1, ratio: 1...1, .bilinear) }, { $0.policy = .trivialAugment },
      { $0.colorJitter = ColorJitter(brightness: 0.4) }, { $0.erasing = RandomErasing() }, { $0.mixup = 1 },
      { $0.cutmix = 1 }, { $0.repeats = 2 },
    ] {
      var augmentation = Augmentation.padFourAndFlip
      change(&augmentation)
      #expect(try copies(loader(augmentation)) != base)
    }
    // A policy that does nothing takes the way by pictures, to the same bits.
    var augmentation = Augmentation.padFourAndFlip
    augmentation.colorJitter = ColorJitter()
    #expect(try copies(loader(augmentation)) == base)
  }

  @Test("Target probabilities are there where images are mixed, and sum to 1")
  func targets() throws {
    #expect(try copies(loader(.padFourAndFlip)).allSatisfy { $0.targets == nil })
    var augmentation = Augmentation.padFourAndFlip
    augmentation.mixup = 0.4
    for batch in try copies(loader(augmentation)) {
      let targets = try #require(batch.targets)
      #expect(targets.count == 3 * batch.labels.count)
      for row in batch.labels.indices {
        #expect(abs(targets[3 * row..<3 * row + 3].reduce(0, +) - 1) < 1e-6)
        let before = batch.labels[(row + batch.labels.count - 1) % batch.labels.count]
        let other = (0..<3).filter { $0 != batch.labels[row] && $0 != before }
        #expect(other.allSatisfy { targets[3 * row + Int($0)] == 0 })
      }
    }
  }

  @Test("Repeats fill batches with several changes of the same images, as many samples as before")
  func repeats() throws {
    var augmentation = Augmentation.randomResizedCropAndFlip
    augmentation.repeats = 3
    let loader = try loader(augmentation)
    let positions = loader.positions(epoch: 0)
    #expect(positions.count == 50 && loader.batchesPerEpoch == 5)
    // 16 images three times, and one twice.
    #expect(Set(positions).count == 17)
    #expect(Set(positions.map { position in positions.count { $0 == position } }) == [2, 3])
    let batches = try copies(loader)
    #expect(batches.flatMap(\.labels) == positions.map { Int32($0 % 3) })
    for (number, batch) in batches.enumerated() {
      let visited = Array(positions[number * 12..<min(50, number * 12 + 12)])
      // The same image more than once, never beside itself where there is another, never twice with the same pixels.
      #expect(Set(visited).count * 3 <= visited.count + 2)
      if Set(visited).count > 1 {
        #expect(zip(visited, visited.dropFirst()).allSatisfy { $0 != $1 } && visited.first != visited.last)
      }
      let pictures = visited.indices.map { Array(batch.images[$0 * 216..<($0 + 1) * 216]) }
      #expect(Set(pictures).count == pictures.count)
    }
  }

  @Test("Images of one channel take what needs no colours, and refuse the rest")
  func grey() throws {
    var augmentation = Augmentation.randomResizedCropAndFlip
    augmentation.colorJitter = ColorJitter(brightness: 0.4)
    #expect(try copies(loader(augmentation, channels: 1)).count == 5)
    augmentation.policy = .trivialAugment
    let wrong = augmentation
    #expect { try loader(wrong, channels: 1) } throws: { ($0 as? ResNetError)?.code == .usage }
    #expect { try loader(.randomResizedCropAndFlip, channels: 2) } throws: { ($0 as? ResNetError)?.code == .usage }
  }
}
