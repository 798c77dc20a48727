import Foundation
import ResNetCore
import ResNetData
import ResNetImages
import ResNetModels
import ResNetTraining
import Synchronization
import Testing

/// Runs on pictures that change before they go on.
@Suite struct PictureResumeTests {
  /// What stops a run, what is told of it, and what is then done.
  struct Walk: Sendable {
    var broken: ImageFolderOptions.Broken
    var isGone: Bool
    var told: String
    var isPutBack = false
    var change: RunFolder.Change
    var goesOn: ImageFolderOptions.Broken
  }

  @Test(
    "What to do about a picture that breaks or vanishes while a run goes on is told, and accepted when it is done",
    arguments: [
      Walk(broken: .fail, isGone: false, told: "--broken replace or skip goes on", change: .images, goesOn: .skip),
      Walk(broken: .fail, isGone: false, told: "--broken replace or skip goes on", change: .images, goesOn: .replace),
      Walk(broken: .fail, isGone: false, told: "Fetch", isPutBack: true, change: .none, goesOn: .fail),
      Walk(broken: .skip, isGone: false, told: "left out from the next time on", change: .anything, goesOn: .skip),
      Walk(broken: .fail, isGone: true, told: "Put it back", isPutBack: true, change: .none, goesOn: .fail),
      Walk(broken: .fail, isGone: true, told: "begin again with those that are", change: .anything, goesOn: .fail),
      Walk(broken: .skip, isGone: true, told: "begin again with those that are", change: .anything, goesOn: .skip),
    ])
  func walk(_ walk: Walk) async throws {
    let folder = try photographs()
    let (source, path) = (folder.path + "/photos", folder.path + "/run")
    let file = URL(fileURLWithPath: source + "/train/light/3.ppm")
    let picture = try Data(contentsOf: file)
    let notes = Mutex<[String]>([])
    // The trainer is let go with the closure, and with it the run's folder.
    let error = try await failure {
      try await train(
        trainer(
          on: source, keptIn: RunFolder(path, data: source), broken: walk.broken,
          note: { note in notes.withLock { $0.append(note) } },
          progress: { progress in
            guard progress.step == 3 else { return }
            try? walk.isGone ? FileManager.default.removeItem(at: file) : Data("P6 9".utf8).write(to: file)
          }))
    }
    #expect(error.place == file.path && error.remedy.contains(walk.told), "\(error)")
    #expect(error.message.contains("the file is gone") == walk.isGone, "\(error)")
    #expect(
      notes.withLock { $0 }.contains { $0.hasPrefix("all is kept until") && $0.contains("with --override where") })
    let record = try RunFolder.record(of: path)
    #expect(record.state == .failed && record.problem == "\(error)")

    if walk.isPutBack { try picture.write(to: file) }
    notes.withLock { $0 = [] }
    let rest = try trainer(
      on: source, keptIn: RunFolder(resuming: path, change: walk.change), broken: walk.goesOn,
      note: { note in notes.withLock { $0.append(note) } })
    try await train(rest)
    #expect(await rest.step == 7)
    // What is not the same any more is told, if not refused.
    let isTold = notes.withLock { $0 }.contains { $0.hasPrefix("the training images are others than before") }
    #expect(isTold == !walk.isPutBack)
  }

  @Test("A run that is to last longer on other images is told of the images alone, and goes on with both")
  func extendedOnOthers() async throws {
    let folder = try photographs()
    let (source, path) = (folder.path + "/photos", folder.path + "/run")
    try await train(trainer(on: source, .epochs(2), keptIn: RunFolder(path, data: source)))
    for part in ["dark", "light"] {
      for number in 0..<5 { try FileManager.default.removeItem(atPath: "\(source)/train/\(part)/\(number).ppm") }
    }
    func resume(_ change: RunFolder.Change, _ epochs: Int = 3) async throws {
      try await trainer(on: source, .epochs(epochs), keptIn: RunFolder(resuming: path, change: change)).prepare()
    }
    // More epochs are fewer steps than the run had on more images.
    let error = try await failure { try await resume(.longer) }
    #expect(error.message.hasPrefix("the training images are others than before: 10 of"), "\(error)")
    #expect(!error.message.contains("recipe.length"), "\(error)")
    #expect(
      error.remedy == "Give the images that the run began with, or --override to go on with those that are there now")
    let length = try await failure { try await resume(.images) }
    #expect(length.message.contains("recipe.length.epochs") && !length.message.contains("images"), "\(length)")
    #expect(length.remedy.hasPrefix("Give --extend"), "\(length)")
    let both = try await failure { try await resume(.none) }
    #expect(both.message.contains("recipe.length.epochs") && both.message.contains("images"), "\(both)")
    try await resume([.longer, .images], 5)
    #expect(try RunFolder.record(of: path).data.training.count == 10)
  }

  @Test("Test images that are gone, or come, are told as such")
  func testImages() async throws {
    let folder = try photographs()
    let (source, path) = (folder.path + "/photos", folder.path + "/run")
    try await train(trainer(on: source, .epochs(1), keptIn: RunFolder(path, data: source)))
    let (test, away) = (source + "/test", source + "/away")
    func resume(_ change: RunFolder.Change, _ epochs: Int) async throws {
      try await train(
        trainer(on: source, .epochs(epochs), keptIn: RunFolder(resuming: path, change: change)))
    }
    try FileManager.default.moveItem(atPath: test, toPath: away)
    let gone = try await failure { try await resume(.longer, 2) }
    #expect(gone.message == "there are no test images any more, before 8 of photos test", "\(gone)")
    #expect(gone.remedy.contains("--override"))
    try await resume(.anything, 2)
    #expect(try RunFolder.record(of: path).data.test == nil)
    try FileManager.default.moveItem(atPath: away, toPath: test)
    let come = try await failure { try await resume(.longer, 3) }
    #expect(come.message == "there are test images now, 8 of photos test, before none", "\(come)")
    try await resume(.anything, 3)
    #expect(try RunFolder.record(of: path).data.test?.count == 8)
  }

  @Test("A run that fails while its cost is found out says so, and one that is stopped there says that")
  func failedEstimate() async throws {
    let folder = try photographs()
    let (source, path) = (folder.path + "/photos", folder.path + "/run")
    let file = URL(fileURLWithPath: source + "/train/light/3.ppm")
    let picture = try Data(contentsOf: file)
    /// Begins, and finds out the cost, as the tool does.
    @Sendable func begin() async throws {
      let trainer = try trainer(on: source, keptIn: RunFolder(path, data: source))
      try await trainer.prepare()
      _ = try await trainer.estimate(measuringFor: 0)
    }
    try Data(count: picture.count).write(to: file)
    let error = try await failure { try await begin() }
    #expect(error.place == file.path)
    var record = try RunFolder.record(of: path)
    #expect(record.state == .failed && record.problem == "\(error)")
    // Nothing is kept, so that the folder serves another run.
    try picture.write(to: file)
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await begin()
    }
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    record = try RunFolder.record(of: path)
    #expect(record.state == .interrupted && record.problem == nil)

    try await train(trainer(on: source, .iterations(2), keptIn: RunFolder(path, data: source)))
    try Data(count: picture.count).write(to: file)
    let notes = Mutex<[String]>([])
    func resume(_ length: Recipe.Length) async throws {
      let trainer = try trainer(
        on: source, length, keptIn: RunFolder(resuming: path, change: .longer),
        note: { note in notes.withLock { $0.append(note) } })
      try await trainer.prepare()
      _ = try await trainer.estimate(measuringFor: 0)
    }
    // What has ended well stays so.
    #expect(try await failure { try await resume(.iterations(2)) }.place == file.path)
    #expect(try RunFolder.record(of: path).state == .finished)
    #expect(try await failure { try await resume(.iterations(7)) }.place == file.path)
    #expect(try RunFolder.record(of: path).state == .failed)
    #expect(notes.withLock { $0 }.contains { $0.hasPrefix("all is kept until step 2,") })
    try picture.write(to: file)
    let rest = try trainer(on: source, keptIn: RunFolder(resuming: path))
    try await train(rest)
    #expect(await rest.step == 7)
  }
}
