import Foundation
import ResNetCore
import ResNetImages
import Synchronization
import Testing

@testable import ResNetData

private struct Copy: Equatable {
  let number: Int
  let images: [UInt32]
  let labels: [Int32]

  init(_ batch: Batch) {
    number = batch.number
    images = batch.images.map(\.bitPattern)
    labels = Array(batch.labels)
  }
}

private func copies(_ batches: EpochBatches) throws -> [Copy] {
  var result: [Copy] = []
  while let batch = try batches.next() { result.append(Copy(batch)) }
  return result
}

private let plain = Result { try Preprocessing(mean: [0.5, 0.4], deviation: [0.3, 0.2]) }

private func loader(
  count: Int = 103, augmentation: Augmentation = Augmentation(padding: 1, flips: true), batchSize: Int = 10,
  order: Loader.Order = .shuffled, keepsPartialBatch: Bool = true, seed: UInt64 = 3, threads: Int = 1
) throws -> Loader {
  try Loader(
    smallSet(count: count), preprocessing: plain.get(), augmentation: augmentation, batchSize: batchSize, order: order,
    keepsPartialBatch: keepsPartialBatch, seed: seed, threads: threads)
}

@Suite struct LoaderTests {
  @Test("The number of loader threads changes no bit", arguments: [1, 2, 4, 16])
  func threads(threads: Int) throws {
    for epoch in 0..<3 {
      #expect(try copies(loader(threads: threads).epoch(epoch)) == copies(loader(threads: 0).epoch(epoch)))
    }
  }

  @Test("Seed and epoch change the order and the augmentation")
  func seeds() throws {
    let first = try copies(loader().epoch(0))
    #expect(try copies(loader().epoch(0)) == first)
    #expect(try copies(loader().epoch(1)) != first)
    #expect(try copies(loader(seed: 4).epoch(0)) != first)
    #expect(try copies(loader(augmentation: .none).epoch(0)) != first)
  }

  @Test("A shuffled epoch visits every image once, each with its own label")
  func everyImage() throws {
    let set = try smallSet(count: 103)
    let loader = try loader(augmentation: .none)
    let normalizer = try PixelNormalizer(plain.get(), imageShape: #require(set.imageShape))
    let positions = loader.positions(epoch: 5)
    #expect(positions.sorted() == Array(0..<103) && positions != Array(0..<103))
    let batches = try copies(loader.epoch(5))
    #expect(batches.map(\.labels.count) == Array(repeating: 10, count: 10) + [3])
    #expect(batches.flatMap(\.labels) == positions.map { set.labels[$0] })
    let images = batches.flatMap(\.images)
    for (slot, position) in positions.enumerated() {
      var expected = [Float](repeating: 0, count: 24)
      set.pixels(at: position).withUnsafeBufferPointer { source in
        expected.withUnsafeMutableBufferPointer { normalizer.write(source, into: $0) }
      }
      #expect(expected.map(\.bitPattern) == Array(images[slot * 24..<(slot + 1) * 24]))
    }
  }

  @Test("Augmentation follows the image, not its place in the epoch")
  func augmentation() throws {
    let set = try smallSet(count: 103)
    let augmentation = Augmentation(padding: 1, flips: true)
    let loader = try loader()
    let normalizer = try PixelNormalizer(plain.get(), imageShape: #require(set.imageShape))
    let images = try copies(loader.epoch(2)).flatMap(\.images)
    for (slot, position) in loader.positions(epoch: 2).enumerated() {
      var expected = [Float](repeating: 0, count: 24)
      set.pixels(at: position).withUnsafeBufferPointer { source in
        expected.withUnsafeMutableBufferPointer {
          normalizer.write(source, placement: augmentation.placement(seed: 3, epoch: 2, sample: position), into: $0)
        }
      }
      #expect(expected.map(\.bitPattern) == Array(images[slot * 24..<(slot + 1) * 24]))
    }
  }

  @Test("The last, smaller batch is kept or left out")
  func partialBatch() throws {
    #expect(try loader().batchesPerEpoch == 11)
    let without = try loader(keepsPartialBatch: false)
    #expect(without.batchesPerEpoch == 10)
    #expect(try copies(without.epoch(0)) == copies(loader().epoch(0)).dropLast())
    #expect(try loader(count: 100).batchesPerEpoch == 10)
  }

  @Test("An epoch that begins at a batch goes on as the whole one does", arguments: [0, 1, 10, 11, 99])
  func beginsAnywhere(first: Int) throws {
    let whole = try copies(loader().epoch(1))
    #expect(try copies(loader(threads: 3).epoch(1, from: first)) == Array(whole.dropFirst(first)))
  }

  @Test("Evaluation visits the images in order, in a single batch where the set is smaller than one")
  func sequential() throws {
    let set = try smallSet(count: 7)
    let batches = try copies(loader(count: 7, augmentation: .none, batchSize: 50, order: .sequential).epoch(0))
    #expect(batches.count == 1 && batches[0].labels == set.labels)
  }

  @Test("Numbers that make no sense and a batch larger than the data are refused")
  func refused() throws {
    for (batch, threads) in [(0, 1), (-1, 1), (104, 1), (10, -1), (10, 100_000)] {
      #expect { try loader(batchSize: batch, threads: threads) } throws: { ($0 as? ResNetError)?.code == .usage }
    }
    #expect { try loader(batchSize: 104, order: .sequential, keepsPartialBatch: false) } throws: {
      "\($0)"
        == "small: a batch of 104 is larger than the data set of 103 images. Choose a batch of at most 103."
    }
    #expect(throws: ResNetError.self) { try loader(augmentation: Augmentation(padding: 3, flips: false)) }
  }
}

@Suite(.timeLimit(.minutes(1))) struct EpochBatchesTests {
  private func batches(
    _ count: Int, threads: Int, prepare: @escaping @Sendable (Batch, Int) throws -> Void
  ) -> EpochBatches {
    let preparation = BatchPreparation(
      begin: { batch, number in
        batch.begin(number: number, count: 1)
        return 1
      },
      fill: { batch, _ in
        try prepare(batch, batch.number)
        batch.places(0..<1).images[0] = Float(batch.number)
      })
    return EpochBatches(
      range: 0..<count, capacity: 1, imageShape: [1, 1, 1], threads: threads, preparation: preparation)
  }

  @Test("An error arrives in place of its batch, after all earlier ones, and ends the epoch", arguments: [0, 1, 4])
  func errors(threads: Int) throws {
    let epoch = batches(20, threads: threads) { _, number in
      if number >= 6 { throw ResNetError(.data, "batch \(number)", remedy: "None") }
    }
    for number in 0..<6 { #expect(try epoch.next()?.number == number) }
    #expect { try epoch.next() } throws: { ($0 as? ResNetError)?.message == "batch 6" }
    #expect(try epoch.next() == nil)
  }

  @Test("An epoch that is let go ends its threads, wherever it was", arguments: [0, 1, 5, 20])
  func abandoned(taken: Int) throws {
    var epoch: EpochBatches? = batches(20, threads: 4) { _, _ in }
    for _ in 0..<taken { _ = try epoch?.next() }
    let activeThreads = try #require(epoch?.activeThreads)
    epoch = nil
    while activeThreads() > 0 { usleep(1000) }
  }

  @Test("A batch that is held keeps its contents, and one that is let go is used again")
  func storage() throws {
    let seen = Mutex<Set<ObjectIdentifier>>([])
    let epoch = batches(200, threads: 2) { batch, _ in seen.withLock { _ = $0.insert(ObjectIdentifier(batch)) } }
    let held = try #require(try epoch.next())
    while let batch = try epoch.next() { #expect(batch.images[0] == Float(batch.number)) }
    #expect(held.number == 0 && held.images[0] == 0)
    #expect(seen.withLock(\.count) <= 8)
  }

  @Test("Numbers of a batch stay as they are for as long as they are held, though nobody holds the batch or the epoch")
  func heldNumbers() throws {
    let epoch = batches(200, threads: 2) { _, _ in }
    let images = try #require(try epoch.next()).images
    while let batch = try epoch.next() { #expect(batch.images[0] == Float(batch.number)) }
    #expect(images[0] == 0)
  }

  @Test("Threads run ahead of the caller by a bounded number of batches")
  func bounded() throws {
    let begun = Mutex(0)
    let epoch = batches(100, threads: 3) { _, number in begun.withLock { $0 = max($0, number + 1) } }
    #expect(try epoch.next()?.number == 0)
    for _ in 0..<50 where begun.withLock({ $0 }) < 6 { usleep(1000) }
    usleep(20_000)
    #expect(begun.withLock { $0 } == 6)
    #expect(try epoch.next()?.number == 1)
  }

  @Test("Many short epochs in a row, whole or abandoned, always come to an end")
  func manyEpochs() throws {
    for round in 0..<300 {
      let epoch = batches(round % 7, threads: round % 5) { _, _ in }
      var count = 0
      while count < round % 9, try epoch.next() != nil { count += 1 }
      #expect(count == min(round % 7, round % 9))
    }
  }

  @Test("An epoch tells how long preparing took, and how long its caller waited")
  func loadingTime() throws {
    func time(threads: Int, pause: Double) throws -> LoadingTime {
      let batches = batches(10, threads: threads) { _, _ in Thread.sleep(forTimeInterval: 0.01) }
      #expect(batches.loadingTime == LoadingTime())
      while try batches.next() != nil { Thread.sleep(forTimeInterval: pause) }
      return batches.loadingTime
    }
    // The caller's own thread does everything, so it waits for everything.
    let own = try time(threads: 0, pause: 0)
    #expect(own.preparing >= 0.1 && own.waiting >= own.preparing)
    // Other threads work while the caller does.
    let hidden = try time(threads: 2, pause: 0.05)
    #expect(hidden.preparing >= 0.1 && hidden.waiting < hidden.preparing)
  }
}
