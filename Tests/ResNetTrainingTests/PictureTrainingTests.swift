import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining
import Synchronization
import Testing

@Suite struct PictureTrainingTests {
  @Test("Loader threads and the number of sittings change no bit of a run on pictures")
  func sameBits() async throws {
    let folder = try photographs()
    let source = folder.path + "/photos"
    var models: [Data] = []
    for threads in [nil, 1, 4] as [Int?] {
      let path = "run\(models.count)"
      let run = try RunFolder(folder.path + "/" + path, data: source)
      try await train(trainer(on: source, threads: threads, keptIn: run))
      models.append(try folder.bytes(of: path + "/model.safetensors"))
    }
    #expect(models[0] == models[1] && models[0] == models[2])

    // Cancelled after each of four steps, and the folder moved meanwhile.
    let path = folder.path + "/parted"
    for sitting in 0..<4 {
      let place = sitting < 2 ? source : folder.path + "/elsewhere"
      if sitting == 2 { try FileManager.default.moveItem(atPath: source, toPath: place) }
      let run = try sitting == 0 ? RunFolder(path, data: place) : RunFolder(resuming: path, data: place)
      let task = Mutex<Task<Void, any Error>?>(nil)
      let (begin, go) = AsyncStream.makeStream(of: Void.self)
      let parted = try trainer(
        on: place, threads: 1 + sitting, keptIn: run, progress: { _ in task.withLock { $0?.cancel() } })
      let made = Task {
        for await _ in begin { break }
        try await train(parted)
      }
      task.withLock { $0 = made }
      go.finish()
      await #expect(throws: CancellationError.self) { try await made.value }
    }
    let rest = try trainer(
      on: folder.path + "/elsewhere", keptIn: RunFolder(resuming: path, data: folder.path + "/elsewhere"))
    try await train(rest)
    #expect(await rest.step == 7)
    #expect(try folder.bytes(of: "parted/model.safetensors") == models[0])
  }

  @Test("A run's record says how the folder and its pictures are read, and another one is refused")
  func record() async throws {
    let folder = try photographs()
    let source = folder.path + "/photos"
    let path = folder.path + "/run"
    try await train(trainer(on: source, keptIn: RunFolder(path, data: source), broken: .replace))
    let record = try RunFolder.record(of: path)
    #expect(record.data.pictures == ImageFolderOptions(broken: .replace))
    let preprocessing = try #require(record.preprocessing)
    #expect(try Preprocessing(preprocessing, meanImage: nil) == .photographs(side: 12))
    try FileManager.default.removeItem(atPath: source + "/train/dark/0.ppm")
    let fewer = try await failure {
      try await trainer(on: source, keptIn: RunFolder(resuming: path)).prepare()
    }
    #expect(
      fewer.message
        == "the training images are others than before: 19 of photos training, before 20 (class 'dark' has 9, before 10)",
      "\(fewer)")
    #expect(fewer.code == .usage && fewer.remedy.contains("Give the images that the run began with, or --override"))
    try Data("P6 1 1 255\nabc".utf8).write(to: URL(fileURLWithPath: source + "/train/dark/0.ppm"))
    let edited = try await failure {
      try await trainer(on: source, keptIn: RunFolder(resuming: path)).prepare()
    }
    #expect(edited.message.hasSuffix("others than before: as many, with other names or lengths of files"), "\(edited)")
    // What is meant goes on with what is there.
    try await trainer(on: source, .iterations(11), keptIn: RunFolder(resuming: path, change: .anything)).prepare()
    try FileManager.default.removeItem(atPath: source + "/train/dark/0.ppm")
    let other = try await failure {
      let splits = try DataSet.open(source)
      try await Trainer(
        .cifar(depth: 8), on: splits.requireTraining(), test: splits.test, recipe: recipe(.iterations(7)),
        preprocessing: .photographs(side: 12, cropFraction: 0.5), seed: 3, keptIn: RunFolder(resuming: path)
      ).prepare()
    }
    #expect(other.message.contains("preprocessing.resize was 14 and is now 24"), "\(other)")
  }

  @Test("A run does not go on with pictures of other classes than it learned, whatever is asked for")
  func otherClasses() async throws {
    let folder = try photographs()
    let (source, path) = (folder.path + "/photos", folder.path + "/run")
    try await train(trainer(on: source, keptIn: RunFolder(path, data: source)))
    let files = FileManager.default
    for part in ["train", "test"] {
      try files.moveItem(atPath: "\(source)/\(part)/dark", toPath: "\(source)/\(part)/zdark")
    }
    for change in [RunFolder.Change.none, .anything] {
      let renamed = try await failure {
        try await trainer(on: source, .iterations(11), keptIn: RunFolder(resuming: path, change: change)).prepare()
      }
      #expect(renamed.code == .usage && renamed.message.hasSuffix("without 'dark'; with 'zdark'"), "\(renamed)")
    }
    for part in ["train", "test"] {
      try files.copyItem(atPath: "\(source)/\(part)/zdark", toPath: "\(source)/\(part)/dark")
    }
    let added = try await failure {
      try await trainer(on: source, .iterations(11), keptIn: RunFolder(resuming: path, change: .anything)).prepare()
    }
    #expect(added.message.hasSuffix("learned those: with 'zdark'"), "\(added)")
  }

  @Test("A network learns from pictures, and is evaluated and quantised on them class by class")
  func learns() async throws {
    let folder = try photographs()
    let splits = try DataSet.open(folder.path + "/photos")
    let trainer = try trainer(on: folder.path + "/photos", .epochs(8), augmentation: .none)
    let last = try #require(try await train(trainer).last)
    #expect(trainer.model.input == [3, 12, 12] && trainer.model.classes == ["dark", "light"])
    #expect(last.trainingLoss < 0.3, "\(last)")
    let test = try #require(splits.test)
    let evaluation = try await Evaluator(trainer.model, batch: 3).evaluate(on: test)
    #expect(evaluation.topOneError == last.evaluation?.topOneError)
    #expect(evaluation.perClass.map(\.images) == [4, 4])
    for threads in [1, 3] {
      let again = try await Evaluator(trainer.model, batch: 3, loaderThreads: threads).evaluate(on: test)
      #expect(again.loss == evaluation.loss)
    }
    let quantized = try await Quantizer(trainer.model, images: 10).quantize(on: splits.requireTraining())
    let integers = try await Evaluator(quantized, precision: .int8).evaluate(on: test)
    #expect(abs(integers.topOneError - evaluation.topOneError) <= 25)
  }

  @Test("Pictures get the network's usual size unless that is said otherwise")
  func usualSize() async throws {
    let folder = try photographs()
    let set = try DataSet.open(folder.path + "/photos").requireTraining()
    let small = try Trainer(.cifar(depth: 8), on: set, recipe: recipe(.epochs(1)))
    #expect(small.model.input == [3, 32, 32])
    #expect(try small.model.preprocessing == .photographs(side: 32))
    #expect(try Preprocessing.photographs(for: .resNet50) == .torchvisionV1)
    #expect(Architecture.resNet50.usualPictureSide == 224)
    #expect(try Architecture.fullyConnected(depth: 8).usualPictureSide == 32)
  }

  @Test("A broken file ends a run by its name, or is told at its end")
  func broken() async throws {
    let folder = try photographs()
    let source = folder.path + "/photos"
    let file = source + "/train/light/3.ppm"
    try Data("P6 9".utf8).write(to: URL(fileURLWithPath: file))
    let error = try await failure { try await train(trainer(on: source)) }
    #expect(error.code == .data && error.place == file)
    #expect(error.remedy.hasSuffix("goes on without such files, and 'resnet check-data' lists them"))
    for (broken, fate) in [(ImageFolderOptions.Broken.skip, "left out"), (.replace, "replaced by others")] {
      let notes = Mutex<[String]>([])
      let trainer = try trainer(
        on: source, .epochs(1), broken: broken, note: { note in notes.withLock { $0.append(note) } })
      #expect(trainer.steps == 3)
      try await train(trainer)
      let told = notes.withLock { $0 }
      #expect(
        told.contains("1 file in \(source)/train that cannot be read was \(fate)")
          || told.contains("1 file in \(source)/train that cannot be read was \(fate) of the same class"), "\(told)")
      #expect(told.contains { $0.hasPrefix(file + ": ") })
    }
  }

  @Test("A folder whose run failed before its first step serves another run, and one whose run made steps does not")
  func nothingTrained() async throws {
    let folder = try photographs()
    let (source, path) = (folder.path + "/photos", folder.path + "/run")
    let file = URL(fileURLWithPath: source + "/train/light/3.ppm")
    let picture = try Data(contentsOf: file)
    /// A run of one step an epoch, which lets go of its folder.
    func run(_ change: (@Sendable (TrainingProgress) -> Void)? = nil) async throws {
      let splits = try DataSet.open(source)
      let trainer = try Trainer(
        .cifar(depth: 8), on: splits.requireTraining(), recipe: recipe(.epochs(2), batch: 20),
        preprocessing: .photographs(side: 12), seed: 3, keptIn: RunFolder(path, data: source), progress: change)
      try await train(trainer)
    }
    try Data(count: picture.count).write(to: file)
    #expect(try await failure { try await run() }.place == file.path)
    #expect(try RunFolder.record(of: path).state == .failed)
    try picture.write(to: file)
    // The second epoch cannot be read.
    let second = try await failure { try await run { _ in try? Data(count: picture.count).write(to: file) } }
    #expect(second.place == file.path)
    try picture.write(to: file)
    #expect(try await failure { try await run() }.message.contains("there is a run in this folder already"))
    // Somebody else's file of such a name is no run.
    let other = folder.path + "/other"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: other + "/history.csv"))
    #expect(try await failure { _ = try RunFolder(other, data: source) }.message.contains("(history.csv)"))
  }

  @Test(
    "A picture that breaks while a run goes on costs none of its steps", arguments: ["train", "test"])
  func breaksMeanwhile(part: String) async throws {
    let folder = try photographs()
    let source = folder.path + "/photos"
    try await train(trainer(on: source, keptIn: RunFolder(folder.path + "/whole", data: source)))
    let file = URL(fileURLWithPath: "\(source)/\(part)/light/3.ppm")
    let picture = try Data(contentsOf: file)
    let path = folder.path + "/parted"
    let notes = Mutex<[String]>([])
    // The trainer is let go with the closure, and with it the run's folder.
    let error = try await failure {
      try await train(
        trainer(
          on: source, keptIn: RunFolder(path, data: source), note: { note in notes.withLock { $0.append(note) } },
          progress: { if $0.step == 3 { try? Data(count: picture.count).write(to: file) } }))
    }
    #expect(error.place == file.path)
    let told = notes.withLock { $0 }
    #expect(told.contains { $0.hasPrefix("all is kept until step ") }, "\(told)")
    #expect(try RunFolder.record(of: path).state == .failed)

    try picture.write(to: file)
    let rest = try trainer(on: source, keptIn: RunFolder(resuming: path))
    try await rest.prepare()
    #expect(await (3...6).contains(rest.step))
    try await train(rest)
    #expect(try folder.bytes(of: "parted/model.safetensors") == folder.bytes(of: "whole/model.safetensors"))
  }

  @Test("A recipe's mean image, which pictures do not have, is not left out without a word")
  func meanImage() async throws {
    let folder = try photographs()
    let set = try DataSet.open(folder.path + "/photos").requireTraining()
    let notes = Mutex<[String]>([])
    var perPixel = recipe(.epochs(1))
    perPixel.normalization = .perPixel
    try await Trainer(
      .cifar(depth: 8), on: set, recipe: perPixel, note: { note in notes.withLock { $0.append(note) } }
    ).prepare()
    let told = notes.withLock { $0 }
    #expect(told.contains { $0.hasPrefix("the recipe subtracts a mean image") }, "\(told)")
  }

  @Test("A model that does not fit pictures is refused, and pictures do not test images in memory")
  func refusals() async throws {
    let folder = try photographs()
    let set = try DataSet.open(folder.path + "/photos").requireTraining()
    let grey = try Model(
      architecture: .cifar(depth: 8), input: [2, 8, 8], classes: ["a", "b"],
      preprocessing: Preprocessing(mean: [0, 0], deviation: [1, 1]), seed: 0)
    let channels = try await failure { _ = try await Evaluator(grey).evaluate(on: set) }
    #expect(channels.code == .data && channels.message.contains("2 channels"))
    let mixed = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20, classes: 2), test: set, recipe: recipe(.epochs(1)))
    }
    #expect(mixed.message == "pictures cannot test a network for images of 3×8×8")
    // Pictures are resized for a network whose preprocessing takes images as they are.
    let plain = try Model(
      architecture: .cifar(depth: 8), input: [3, 9, 10], classes: ["a", "b"],
      preprocessing: Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1]), seed: 0)
    let evaluation = try await Evaluator(plain, loaderThreads: 2).evaluate(on: set)
    #expect(evaluation.images == set.count)
  }
}
