import ResNetCore
import ResNetImages
import Testing

@testable import ResNetData

@Suite struct BalancedOrderTests {
  /// 2×2 pictures whose first byte says which one they are: 40 of the first class, 9 of the second, none of the third, one of
  /// the last.
  private func unequal() throws -> DataSet {
    let labels = Array(repeating: Int32(0), count: 40) + Array(repeating: 1, count: 9) + [3]
    return try DataSet(
      name: "unequal", imageShape: [1, 2, 2], pixels: (0..<labels.count * 4).map { UInt8($0) }, labels: labels,
      classNames: ["a", "b", "c", "d"])
  }

  private func loader(seed: UInt64 = 1, augmentation: Augmentation = .none) throws -> Loader {
    try Loader(
      unequal(), preprocessing: Preprocessing(mean: [0], deviation: [1]), augmentation: augmentation, batchSize: 7,
      order: .balanced, seed: seed, threads: 0)
  }

  @Test("Each class comes equally often, one more for some of them where that does not come out even")
  func equally() throws {
    let (set, loader) = (try unequal(), try loader())
    var lucky: Set<Int32> = []
    for epoch in 0..<20 {
      let positions = loader.positions(epoch: epoch)
      #expect(positions.count == set.count)
      let counts = [0, 1, 3].map { label in positions.count { set.labels[$0] == Int32(label) } }
      #expect(counts.sorted() == [16, 17, 17])
      for (label, count) in zip([0, 1, 3] as [Int32], counts) where count == 17 { lucky.insert(label) }
    }
    #expect(lucky == [0, 1, 3])
  }

  @Test("No image of a class comes a second time before all of its class have come")
  func rounds() throws {
    let positions = try loader().positions(epoch: 3)
    let times = Dictionary(positions.map { ($0, 1) }, uniquingKeysWith: +)
    let ofFirst = (0..<40).map { times[$0] ?? 0 }
    #expect(ofFirst.max() == 1)
    let ofSecond = (40..<49).map { times[$0] ?? 0 }
    #expect(ofSecond.allSatisfy { (1...2).contains($0) })
    #expect((times[49] ?? 0) >= 16)
    // And over the epochs all of a large class come.
    let seen = Set(try (0..<12).flatMap { try loader().positions(epoch: $0) })
    #expect(seen.count == 50)
  }

  @Test("The order is a function of seed and epoch, mixes the classes, and an epoch can begin anywhere")
  func determined() throws {
    let (set, first) = (try unequal(), try loader())
    let positions = first.positions(epoch: 2)
    #expect(try loader().positions(epoch: 2) == positions)
    #expect(first.positions(epoch: 1) != positions)
    #expect(try loader(seed: 2).positions(epoch: 2) != positions)
    #expect(Set(positions.prefix(20).map { set.labels[$0] }).count == 3)
    let batches = first.epoch(2, from: 4)
    var labels: [Int32] = []
    while let batch = try batches.next() { labels += Array(batch.labels) }
    #expect(labels == positions[28...].map { set.labels[$0] })
  }

  @Test("An image that comes again in an epoch is changed in another way")
  func changes() throws {
    // The last class has one image: its crops differ.
    let batches = try loader(augmentation: Augmentation(padding: 1, flips: true)).epoch(0)
    var pictures: Set<[Float]> = []
    while let batch = try batches.next() {
      for (slot, label) in batch.labels.enumerated() where label == 3 {
        pictures.insert(Array(batch.images[slot * 4..<(slot + 1) * 4]))
      }
    }
    #expect(pictures.count > 4)
  }
}
