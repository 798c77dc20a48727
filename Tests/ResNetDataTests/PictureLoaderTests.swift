import Foundation
import ResNetCore
import ResNetImages
import Synchronization
import Testing

@testable import ResNetData

private struct Epoch: Equatable {
  var images: [UInt32] = []
  var labels: [[Int32]] = []

  init(_ loader: Loader, _ number: Int = 0, from first: Int = 0) throws {
    let batches = loader.epoch(number, from: first)
    while let batch = try batches.next() {
      images += batch.images.map(\.bitPattern)
      labels.append(Array(batch.labels))
    }
  }
}

@Suite struct PictureLoaderTests {
  private func pictures(_ folder: TemporaryFolder) throws -> DataSet {
    try folder.writePictures(threeClasses)
    return try DataSet.open(folder.path).requireTraining()
  }

  @Test("The number of loader threads changes no bit, whatever the batch and the augmentation", arguments: 1...12)
  func threads(batch: Int) throws {
    let folder = try TemporaryFolder()
    let set = try pictures(folder)
    for augmentation in [Augmentation.none, Augmentation(padding: 2, flips: true)] {
      func epoch(_ threads: Int) throws -> Epoch {
        try Epoch(
          Loader(
            set, preprocessing: small(), augmentation: augmentation, batchSize: batch, seed: 7, threads: threads), 3)
      }
      let expected = try epoch(0)
      #expect(expected.labels.flatMap(\.self).count == 12 && expected.labels[0].count == batch)
      for threads in [1, 2, 3, 8, 20] { #expect(try epoch(threads) == expected) }
    }
  }

  @Test("An epoch that begins at a batch goes on as the whole one does", arguments: 0...4)
  func beginsAnywhere(first: Int) throws {
    let folder = try TemporaryFolder()
    let loader = try Loader(pictures(folder), preprocessing: small(), batchSize: 4, seed: 2, threads: 3)
    let whole = try Epoch(loader, 1)
    let rest = try Epoch(loader, 1, from: first)
    #expect(rest.labels == Array(whole.labels.dropFirst(first)))
    #expect(rest.images == Array(whole.images.suffix(rest.images.count)))
  }

  @Test("Evaluation sees what preprocessing makes of each file, by its rules")
  func sequential() throws {
    let folder = try TemporaryFolder()
    _ = try pictures(folder)
    for name in ["orientation-6.jpg", "palette-transparent.png"] {
      let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/images/" + name)
      try folder.write([UInt8](Data(contentsOf: fixture)), to: "bee/" + name)
    }
    let set = try DataSet.open(folder.path).requireTraining()
    for rules in [ImageRules(), ImageRules(exif: .apply, background: .white)] {
      let preprocessing = try small().with(rules)
      let loader = try Loader(set, preprocessing: preprocessing, batchSize: 5, order: .sequential, threads: 2)
      #expect(loader.input == [3, 8, 8])
      let expected = try set.labels.indices.flatMap { position in
        let path = try #require(set.path(at: position))
        return try preprocessing(Image(contentsOf: path, rules: rules)).scalars.map(\.bitPattern)
      }
      #expect(try Epoch(loader).images == expected)
    }
  }

  @Test("Pictures of one size are trained on as the same images in memory are, padding, crops and flips included")
  func sameAsMemory() throws {
    let folder = try TemporaryFolder()
    var planes: [UInt8] = []
    for number in 0..<10 {
      let file = ppm(7, 6, seed: UInt64(number))
      try folder.write(file, to: "\(number % 2)/\(number / 2).ppm")
    }
    let set = try DataSet.open(folder.path).requireTraining()
    for position in set.labels.indices {
      let pixels = try Image(contentsOf: #require(set.path(at: position))).pixels
      planes += (0..<3).flatMap { channel in stride(from: channel, to: pixels.count, by: 3).map { pixels[$0] } }
    }
    let inMemory = try DataSet(
      name: "memory", imageShape: [3, 6, 7], pixels: planes, labels: set.labels, classNames: set.classNames)
    let plain = try Preprocessing(mean: [0.5, 0.4, 0.3], deviation: [0.1, 0.2, 0.3])
    let cases = [
      (plain, Augmentation.none), (plain, Augmentation(padding: 3, flips: true)),
      (try .perPixel(of: inMemory), Augmentation(padding: 3, flips: false)),
    ]
    for (preprocessing, augmentation) in cases {
      let epochs = try [set, inMemory].map { set in
        try Epoch(
          Loader(
            set, preprocessing: preprocessing, augmentation: augmentation, batchSize: 4, seed: 5, input: [3, 6, 7]), 2)
      }
      #expect(epochs[0] == epochs[1])
    }
  }

  @Test("Pictures of several sizes need preprocessing that resizes; one of another size than the input is named")
  func sizes() throws {
    let folder = try TemporaryFolder()
    let set = try pictures(folder)
    let plain = try Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1])
    let error = #expect(throws: ResNetError.self) { try Loader(set, preprocessing: plain, batchSize: 2) }
    #expect(error?.code == .data && error?.remedy.contains("resizes") == true)
    let loader = try Loader(set, preprocessing: plain, batchSize: 2, order: .sequential, input: [3, 8, 9])
    let other = #expect(throws: ResNetError.self) { try Epoch(loader) }
    #expect(other?.place == folder.path + "/ant/1.ppm", "\(String(describing: other))")
    let channels = try Preprocessing(mean: [0, 0], deviation: [1, 1])
    #expect(throws: ResNetError.self) { try Loader(set, preprocessing: channels, batchSize: 2, input: [2, 8, 8]) }
    #expect(throws: ResNetError.self) {
      try Loader(set, preprocessing: small(), augmentation: Augmentation(padding: 8, flips: false), batchSize: 2)
    }
  }

  @Test("Few batches are held at once, however many threads share them")
  func held() throws {
    let folder = try TemporaryFolder()
    let set = try pictures(folder)
    func held(_ set: DataSet, _ preprocessing: Preprocessing, _ batch: Int, _ threads: Int) throws -> Int {
      try Loader(set, preprocessing: preprocessing, batchSize: batch, threads: threads).batchesHeld
    }
    #expect(try held(set, small(), 12, 1) == 4 && held(set, small(), 12, 12) == 4 && held(set, small(), 4, 9) == 6)
    let inMemory = try smallSet()
    #expect(try held(inMemory, .perChannel(of: inMemory), 5, 1) == 4)
    #expect(set.usualLoaderThreads == processorCount && inMemory.usualLoaderThreads == 1)
  }
}

@Suite(.timeLimit(.minutes(1))) struct SharedBatchTests {
  /// Batches of four images, in four parts.
  private func batches(
    _ count: Int, threads: Int, finish: @escaping @Sendable (Batch) throws -> Void = { _ in },
    fill: @escaping @Sendable (Int, Int) throws -> Void
  ) -> EpochBatches {
    let preparation = BatchPreparation(
      begin: { batch, number in
        batch.begin(number: number, count: 4)
        return 4
      },
      fill: { batch, part in
        try fill(batch.number, part)
        let (images, labels) = batch.places(part..<part + 1)
        images[0] = Float(10 * batch.number + part)
        labels[0] = Int32(part)
      }, finish: finish)
    return EpochBatches(
      range: 0..<count, capacity: 4, imageShape: [1, 1, 1], threads: threads, parts: 4, preparation: preparation)
  }

  @Test("Every part is filled once before a batch is handed over", arguments: [0, 1, 3, 16])
  func parts(threads: Int) throws {
    let epoch = batches(30, threads: threads) { _, part in usleep(UInt32(50 * (4 - part))) }
    for number in 0..<30 {
      let batch = try #require(try epoch.next())
      #expect(Array(batch.images) == (0..<4).map { Float(10 * number + $0) } && Array(batch.labels) == [0, 1, 2, 3])
    }
    #expect(try epoch.next() == nil)
  }

  @Test("Several threads fill one batch at the same time")
  func shared() throws {
    let inside = Mutex(0)
    let most = Mutex(0)
    let epoch = batches(1, threads: 4) { _, _ in
      let now = inside.withLock { count -> Int in
        count += 1
        return count
      }
      most.withLock { $0 = max($0, now) }
      usleep(50_000)
      inside.withLock { $0 -= 1 }
    }
    _ = try epoch.next()
    #expect(most.withLock { $0 } > 1)
  }

  @Test("Of several parts that fail, the first one's error arrives, after all earlier batches", arguments: [0, 1, 8])
  func errors(threads: Int) throws {
    let epoch = batches(20, threads: threads) { number, part in
      guard number >= 5, part > 0 else { return }
      // The later, the sooner.
      usleep(UInt32(3000 * (4 - part)))
      throw ResNetError(.data, "batch \(number) part \(part)", remedy: "None")
    }
    for number in 0..<5 { #expect(try epoch.next()?.number == number) }
    #expect { try epoch.next() } throws: { ($0 as? ResNetError)?.message == "batch 5 part 1" }
    #expect(try epoch.next() == nil)
  }

  @Test("A batch is finished once, after all of its parts, and what that throws arrives in its place")
  func finish() throws {
    let finished = Mutex<[Int]>([])
    let epoch = batches(9, threads: 3) { batch in
      guard Array(batch.labels) == [0, 1, 2, 3] else { throw ResNetError(.software, "early", remedy: "None") }
      if batch.number == 6 { throw ResNetError(.data, "unfinished", remedy: "None") }
      finished.withLock { $0.append(batch.number) }
    } fill: { _, _ in
    }
    for number in 0..<6 { #expect(try epoch.next()?.number == number) }
    #expect { try epoch.next() } throws: { ($0 as? ResNetError)?.message == "unfinished" }
    #expect(finished.withLock { $0.filter { $0 < 6 }.sorted() } == Array(0..<6))
  }

  @Test("An epoch that is let go ends its threads in the middle of batches", arguments: [0, 1, 5])
  func abandoned(taken: Int) throws {
    var epoch: EpochBatches? = batches(20, threads: 6) { _, _ in usleep(500) }
    for _ in 0..<taken { _ = try epoch?.next() }
    let activeThreads = try #require(epoch?.activeThreads)
    epoch = nil
    while activeThreads() > 0 { usleep(1000) }
  }
}
