import Foundation
import ResNetCore
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@Suite struct RunFolderTests {
  private func run(in path: String, overwrite: Bool = false, loaderThreads: Int = 1) async throws {
    let folder = try RunFolder(path, data: "generated", overwrite: overwrite)
    try await train(smallTrainer(.iterations(5), keptIn: folder, loaderThreads: loaderThreads))
  }

  @Test("A run leaves its models, its history, its description and its last checkpoint, and nothing else")
  func files() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/deep/run"
    try await run(in: path)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        == [
          ".lock", "best.safetensors", "checkpoints", "curves.svg", "events.out.tfevents.resnet", "history.csv",
          "model.safetensors", "run.json",
        ])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints") == ["step-000000005.safetensors"])
    let history = String(decoding: try folder.bytes(of: "deep/run/history.csv"), as: UTF8.self).split(separator: "\n")
    #expect(history.count == 3)
    #expect(history[0].hasPrefix("epoch,step,learning_rate,"))
    #expect(history[2].hasPrefix("2,5,0.05,"))
    let record = try RunFolder.record(of: path)
    #expect(record.state == .finished)
    #expect(record.seed == 3)
    #expect(record.network == "resnet8")
    #expect(try record.architecture == .cifar(depth: 8))
    #expect(record.recipe == recipe(.iterations(5)))
    #expect(record.lastEpoch?.step == 5)
    #expect(record.sittings.map(\.firstStep) == [0])
    #expect(record.sittings.map(\.lastStep) == [5])
    #expect(try Model(contentsOf: path).architecture == record.architecture)
  }

  @Test("The best model is that of the first epoch with the least test error")
  func best() async throws {
    let folder = try TemporaryFolder()
    let run = try RunFolder(folder.path, data: "generated")
    let trainer = try smallTrainer(.epochs(8), keptIn: run)
    var (least, best): (Double, Model?) = (.infinity, nil)
    var (bestEpoch, epochs) = (0, 0)
    for try await report in trainer.epochs {
      epochs += 1
      if let error = report.evaluation?.topOneError, error < least {
        (least, best, bestEpoch) = (error, trainer.model, report.epoch)
      }
    }
    #expect(epochs == 8)
    let recorded = try RunFolder.record(of: folder.path).best
    #expect(recorded?.epoch == bestEpoch && recorded?.topOneError == least)
    #expect(try Model(contentsOf: folder.path + "/best.safetensors").parameters == best?.parameters)
  }

  @Test("The same run gives the same bytes, whatever the number of loader threads")
  func sameBytes() async throws {
    let folder = try TemporaryFolder()
    for (name, threads) in [("a", 1), ("b", 1), ("c", 4)] {
      try await run(in: folder.path + "/" + name, loaderThreads: threads)
    }
    for file in ["model.safetensors", "best.safetensors"] {
      let first = try folder.bytes(of: "a/" + file)
      #expect(try folder.bytes(of: "b/" + file) == first)
      #expect(try folder.bytes(of: "c/" + file) == first)
    }
  }

  @Test("A folder with a run in it is refused and left alone, unless the run is to be replaced")
  func refusal() async throws {
    let folder = try TemporaryFolder()
    try await run(in: folder.path)
    let before = try folder.bytes(of: "run.json")
    let error = try await failure { _ = try RunFolder(folder.path, data: "generated") }
    #expect(error.code == .usage)
    #expect(error.remedy.contains("--overwrite") && error.remedy.contains("--resume"))
    #expect(try folder.bytes(of: "run.json") == before)
    _ = try RunFolder(folder.path, data: "generated", overwrite: true)
    #expect(try folder.bytes(of: "run.json") == before)
    try await run(in: folder.path, overwrite: true)
    #expect(try folder.bytes(of: "run.json") != before)
  }

  @Test("A folder that cannot be written to is refused before anything else happens")
  func unwritable() async throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    for path in [folder.path + "/file", folder.path + "/file/run", "/proc/run"] {
      let error = try await failure { _ = try RunFolder(path, data: "generated") }
      #expect(error.code == .inputOutput)
      #expect(error.place?.hasPrefix(path) == true)
      #expect(error.remedy.hasPrefix("Choose a folder"), "\(error)")
    }
    #expect(try await failure { _ = try RunFolder("", data: "generated") }.code == .usage)
  }

  @Test("One holder at a time: a second is refused until the first has let go")
  func lock() async throws {
    let folder = try TemporaryFolder()
    var first: RunFolder? = try RunFolder(folder.path, data: "generated")
    #expect(RunFolder.isBusy(folder.path))
    let error = try await failure { _ = try RunFolder(folder.path, data: "generated", overwrite: true) }
    #expect(error.code == .usage)
    #expect(error.message.contains("another process is at work"))
    withExtendedLifetime(first) {}
    first = nil
    #expect(!RunFolder.isBusy(folder.path))
    _ = try RunFolder(folder.path, data: "generated")
  }

  @Test("What was saved stays when the loss becomes infinite, and the run says what it failed at")
  func notFinite() async throws {
    let folder = try TemporaryFolder()
    var architecture = try Architecture.cifar(depth: 8)
    architecture.normalization = .none
    let trainer = try Trainer(
      architecture, on: pictures(16),
      recipe: recipe(.epochs(2), learningRate: 1e-3, schedule: .steps(at: [0.5], factor: 1e30)),
      keptIn: RunFolder(folder.path, data: "generated"))
    let error = try await failure { try await train(trainer) }
    #expect(try Model(contentsOf: folder.path).parameters == trainer.model.parameters)
    let record = try RunFolder.record(of: folder.path)
    #expect(record.state == .failed)
    #expect(record.problem == "\(error)")
  }

  @Test("Impossible ways to keep a run are refused")
  func policies() async throws {
    let folder = try TemporaryFolder()
    for policy in [
      CheckpointPolicy(interval: .steps(0)), CheckpointPolicy(interval: .seconds(0)),
      CheckpointPolicy(interval: .seconds(.nan)), CheckpointPolicy(keep: 0),
    ] {
      let error = try await failure { _ = try RunFolder(folder.path, data: "generated", checkpoints: policy) }
      #expect(error.code == .usage)
    }
    #expect(CheckpointPolicy.Interval("200") == .steps(200))
    #expect(CheckpointPolicy.Interval("30s") == .seconds(30))
    #expect(CheckpointPolicy.Interval("1.5m") == .seconds(90))
    #expect(CheckpointPolicy.Interval("2h") == .seconds(7200))
    for text in ["", "m", "5 minutes", "1d", "x"] { #expect(CheckpointPolicy.Interval(text) == nil) }
  }
}
