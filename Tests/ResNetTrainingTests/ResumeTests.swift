import Foundation
import ResNetCore
import ResNetModel
import ResNetModels
import ResNetTraining
import Synchronization
import Testing

@Suite struct ResumeTests {
  /// What must be the same however often a run was interrupted: all but times.
  private struct Outcome: Equatable {
    var model: Data
    var best: Data
    var reports: [[Double]]

    init(_ folder: TemporaryFolder, _ path: String, _ history: [EpochReport]) throws {
      model = try folder.bytes(of: path + "/model.safetensors")
      best = try folder.bytes(of: path + "/best.safetensors")
      reports = history.map {
        [Double($0.step), $0.learningRate, $0.trainingLoss, $0.trainingError, $0.evaluation?.loss ?? -1]
      }
    }
  }

  private func whole(_ length: Recipe.Length = .iterations(7), in folder: TemporaryFolder) async throws -> Outcome {
    let run = try RunFolder(folder.path + "/whole", data: "generated")
    let trainer = try smallTrainer(length, keptIn: run)
    try await train(trainer)
    return try Outcome(folder, "whole", await trainer.history)
  }

  /// Trains to the end, and lets go of the folder.
  private func run(_ trainer: Trainer, _ folder: TemporaryFolder) async throws -> Outcome {
    try await train(trainer)
    return try Outcome(folder, "run", await trainer.history)
  }

  /// Trains until so many steps are made in this sitting, and is cancelled there.
  private func trainPart(_ path: String, steps: Int, resume: Bool) async throws {
    let policy = CheckpointPolicy(interval: .steps(100))
    let folder =
      try resume
      ? RunFolder(resuming: path, checkpoints: policy) : RunFolder(path, data: "generated", checkpoints: policy)
    let task = Mutex<Task<Void, any Error>?>(nil)
    let count = Atomic(0)
    let trainer = try smallTrainer(
      keptIn: folder,
      progress: { _ in
        if count.add(1, ordering: .relaxed).newValue == steps { task.withLock { $0?.cancel() } }
      })
    let (begin, go) = AsyncStream.makeStream(of: Void.self)
    let made = Task {
      for await _ in begin { break }
      try await train(trainer)
    }
    task.withLock { $0 = made }
    go.finish()
    await #expect(throws: CancellationError.self) { try await made.value }
  }

  @Test("A run that is cancelled after any step and goes on ends with the same bits", arguments: 1...6)
  func anyStep(steps: Int) async throws {
    let folder = try TemporaryFolder()
    let expected = try await whole(in: folder)
    let path = folder.path + "/parted"
    try await trainPart(path, steps: steps, resume: false)
    #expect(try RunFolder.record(of: path).state == .interrupted)
    let trainer = try smallTrainer(keptIn: RunFolder(resuming: path))
    let reports = try await train(trainer)
    #expect(reports.last?.step == 7)
    #expect(try Outcome(folder, "parted", await trainer.history) == expected)
    let record = try RunFolder.record(of: path)
    #expect(record.sittings.map(\.firstStep) == [0, steps])
    #expect(record.sittings.map(\.lastStep) == [steps, 7])
  }

  @Test("A run that is cancelled again and again ends with the same bits")
  func manySittings() async throws {
    let folder = try TemporaryFolder()
    let expected = try await whole(in: folder)
    let path = folder.path + "/parted"
    for sitting in 0..<6 { try await trainPart(path, steps: 1, resume: sitting > 0) }
    let trainer = try smallTrainer(keptIn: RunFolder(resuming: path))
    try await train(trainer)
    #expect(try Outcome(folder, "parted", await trainer.history) == expected)
  }

  @Test("Any checkpoint of a run leads to the same end", arguments: 1...6)
  func anyCheckpoint(step: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run"
    let policy = CheckpointPolicy(interval: .steps(1), keep: 100)
    let expected = try await run(smallTrainer(keptIn: RunFolder(path, data: "generated", checkpoints: policy)), folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints").sorted()
    #expect(files.count == 7)
    for file in files[step...] { try FileManager.default.removeItem(atPath: path + "/checkpoints/" + file) }
    let trainer = try smallTrainer(keptIn: RunFolder(resuming: path, checkpoints: policy))
    try await train(trainer)
    #expect(try Outcome(folder, "run", await trainer.history) == expected)
  }

  @Test("A run without a checkpoint starts over, and says so")
  func noCheckpoint() async throws {
    let folder = try TemporaryFolder()
    let expected = try await whole(in: folder)
    try FileManager.default.removeItem(atPath: folder.path + "/whole/checkpoints")
    let notes = Mutex<[String]>([])
    let trainer = try smallTrainer(
      keptIn: RunFolder(resuming: folder.path + "/whole"), note: { note in notes.withLock { $0.append(note) } })
    try await train(trainer)
    #expect(notes.withLock { $0 }.contains { $0.contains("starts over") })
    #expect(try Outcome(folder, "whole", await trainer.history) == expected)
  }

  @Test("The newest checkpoints stay, as many as were asked for")
  func keeping() async throws {
    let folder = try TemporaryFolder()
    let policy = CheckpointPolicy(interval: .steps(2), keep: 2)
    try await train(smallTrainer(keptIn: RunFolder(folder.path, data: "generated", checkpoints: policy)))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/checkpoints").sorted()
        == ["step-000000006.safetensors", "step-000000007.safetensors"])
  }

  @Test("A finished run that is taken up again has nothing to do")
  func finished() async throws {
    let folder = try TemporaryFolder()
    let expected = try await whole(in: folder)
    let trainer = try smallTrainer(keptIn: RunFolder(resuming: folder.path + "/whole"))
    #expect(try await train(trainer).isEmpty)
    #expect(try Outcome(folder, "whole", await trainer.history) == expected)
    #expect(try RunFolder.record(of: folder.path + "/whole").state == .finished)
  }

  @Test("A changed run is refused with the difference, unless that is what is meant")
  func changes() async throws {
    let folder = try TemporaryFolder()
    _ = try await whole(in: folder)
    let path = folder.path + "/whole"
    func resume(_ change: RunFolder.Change, _ recipe: Recipe, seed: UInt64 = 3) async throws {
      let trainer = try Trainer(
        .cifar(depth: 8), on: pictures(20), test: pictures(8, seed: 1), recipe: recipe, seed: seed,
        keptIn: RunFolder(resuming: path, change: change))
      try await trainer.prepare()
    }
    var faster = recipe(.iterations(7))
    faster.learningRate = 0.5
    for change in [RunFolder.Change.none, .longer] {
      let error = try await failure { try await resume(change, faster) }
      #expect(error.code == .usage)
      #expect(error.message.contains("recipe.learningRate was 0.05 and is now 0.5"), "\(error)")
      #expect(error.remedy.contains("--override"))
    }
    // There is no step left that could be made otherwise.
    let late = try await failure { try await resume(.anything, faster) }
    #expect(late.code == .usage && late.message.contains("all 7 steps"), "\(late)")
    try await resume(.anything, recipe(.iterations(7)))
    let longer = recipe(.iterations(11))
    let error = try await failure { try await resume(.none, longer) }
    #expect(error.message.contains("iterations") && error.remedy.contains("--extend"), "\(error)")
    #expect(try await failure { try await resume(.longer, recipe(.iterations(6))) }.remedy.contains("--override"))
    #expect(
      try await failure { try await resume(.longer, longer, seed: 4) }.message.contains("seed was 3 and is now 4"))
    let other = try await failure {
      try await Trainer(
        .cifar(depth: 8), on: pictures(20, seed: 5), test: pictures(8, seed: 1), recipe: recipe(.iterations(7)),
        seed: 3,
        keptIn: RunFolder(resuming: path)
      ).prepare()
    }
    #expect(
      other.message == "the training images are others than before: as many, with other bytes, labels or classes",
      "\(other)")
    #expect(other.remedy.contains("--override"))
    faster.length = .iterations(11)
    try await resume(.anything, faster)
    #expect(try RunFolder.record(of: path).recipe == faster)
  }

  @Test("A run that is extended equals one that was longer from the start, where the schedule does not stretch")
  func extending() async throws {
    let folder = try TemporaryFolder()
    // Seven steps end within an epoch of three: that epoch is opened again.
    _ = try await whole(in: folder)
    let path = folder.path + "/whole"
    let trainer = try smallTrainer(.iterations(11), keptIn: RunFolder(resuming: path, change: .longer))
    #expect(try await train(trainer).map(\.step) == [9, 11])
    let extended = try Outcome(folder, "whole", await trainer.history)
    let longer = try smallTrainer(.iterations(11), keptIn: RunFolder(folder.path + "/longer", data: "generated"))
    try await train(longer)
    #expect(extended == (try Outcome(folder, "longer", await longer.history)))
  }

  @Test("With another batch a run goes on from the beginning of its epoch, and later from there", arguments: [4, 16])
  func otherBatch(batch: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run"
    // Two epochs of three steps, and two steps of the third.
    try await trainPart(path, steps: 5, resume: false)
    var other = recipe(.epochs(4))
    other.batch = batch
    let perEpoch = (20 - 1) / batch + 1
    let policy = CheckpointPolicy(interval: .steps(1), keep: 2)
    func resume(_ change: RunFolder.Change) throws -> Trainer {
      try Trainer(
        .cifar(depth: 8), on: pictures(20), test: pictures(8, seed: 1), recipe: other, seed: 3,
        keptIn: RunFolder(resuming: path, change: change, checkpoints: policy))
    }
    func trainTwoEpochs() async throws {
      let trainer = try resume(.anything)
      try await trainer.prepare()
      #expect(await trainer.step == perEpoch)
      for try await report in trainer.epochs where report.epoch == 3 { break }
    }
    try await trainTwoEpochs()
    // What was kept under more steps before is no longer taken for the newest.
    #expect(try RunFolder.soundStep(in: path) == 3 * perEpoch)
    let last = try resume(.none)
    try await last.prepare()
    #expect(await last.step == 3 * perEpoch)
    #expect(try await train(last).map(\.epoch) == [4])
  }

  @Test("A folder without a run cannot be taken up again")
  func nothingThere() async throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.path + "/missing"] {
      let error = try await failure { _ = try RunFolder(resuming: path) }
      #expect(error.code == .data)
      #expect(error.message.contains("no run"))
    }
  }
}
