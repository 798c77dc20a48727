import ResNetCore
import ResNetData
import ResNetEngine
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@Suite struct TrainerTests {
  @Test("A fixed batch is learned to zero loss")
  func fixedBatch() async throws {
    let trainer = try Trainer(
      .cifar(depth: 8), on: pictures(16), recipe: recipe(.epochs(120), batch: 16, schedule: .oneCycle(warmUp: 0.1)))
    let last = try #require(try await train(trainer).last)
    #expect(last.trainingLoss < 1e-2)
    #expect(last.trainingError == 0)
  }

  @Test("A network of vectors learns a fixed batch too")
  func fixedBatchOfVectors() async throws {
    let trainer = try Trainer(
      .fullyConnected(depth: 8), on: pictures(16), recipe: recipe(.epochs(120), batch: 16))
    let last = try #require(try await train(trainer).last)
    #expect(last.trainingLoss < 1e-2)
  }

  @Test("Equal seeds give the same bits, whatever the number of loader threads; another seed gives others")
  func determinism() async throws {
    func parameters(seed: UInt64, threads: Int) async throws -> [String: Tensor] {
      let trainer = try Trainer(
        .cifar(depth: 8), on: pictures(52, shape: [3, 16, 16]),
        recipe: recipe(.epochs(2), augmentation: .padFourAndFlip), seed: seed, loaderThreads: threads)
      try await train(trainer)
      return trainer.model.parameters
    }
    let first = try await parameters(seed: 7, threads: 1)
    #expect(try await parameters(seed: 7, threads: 1) == first)
    #expect(try await parameters(seed: 7, threads: 4) == first)
    #expect(try await parameters(seed: 7, threads: 0) == first)
    #expect(try await parameters(seed: 8, threads: 1) != first)
  }

  @Test("A run counted in iterations ends within an epoch; a partial batch counts")
  func iterations() async throws {
    let trainer = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.iterations(7)))
    #expect(trainer.steps == 7)
    #expect(trainer.epochCount == 3)
    let reports = try await train(trainer)
    #expect(reports.map(\.step) == [3, 6, 7])
    #expect(reports.map(\.epoch) == [1, 2, 3])
    #expect(reports.allSatisfy { $0.epochs == 3 && $0.evaluation == nil })
    #expect(try await train(trainer).isEmpty)
  }

  @Test("Asking for epochs again goes on where they ended")
  func goingOn() async throws {
    let whole = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(3)))
    try await train(whole)
    let parted = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(3)))
    for try await report in parted.epochs where report.epoch == 1 { break }
    #expect(try await train(parted).map(\.epoch) == [2, 3])
    #expect(parted.model.parameters == whole.model.parameters)
  }

  @Test("The model begins as its seed says, and changes with every epoch")
  func beginning() async throws {
    let data = try pictures(16)
    let trainer = try Trainer(.cifar(depth: 8), on: data, recipe: recipe(.epochs(1)), seed: 5)
    let begun = try Model(
      architecture: .cifar(depth: 8), input: data.imageShape, classes: data.classNames,
      preprocessing: .perChannel(of: data), seed: 5)
    #expect(trainer.model.parameters == begun.parameters)
    #expect(trainer.model.preprocessing == begun.preprocessing)
    try await train(trainer)
    #expect(trainer.model.parameters != begun.parameters)
  }

  @Test("Progress is told after every step")
  func progress() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: TrainingProgress.self)
    let trainer = try Trainer(
      .cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(2)), progress: { continuation.yield($0) })
    try await train(trainer)
    continuation.finish()
    var steps: [Int] = []
    for await progress in stream {
      steps.append(progress.step)
      #expect(
        progress.steps == 6 && progress.loss > 0 && progress.imagesPerSecond > 0
          && (0...100).contains(progress.trainingError))
    }
    #expect(steps == Array(1...6))
  }

  @Test("A cancelled run ends between two steps")
  func cancellation() async throws {
    let trainer = try Trainer(.cifar(depth: 8), on: pictures(16), recipe: recipe(.epochs(1_000_000)))
    let task = Task { try await train(trainer) }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
