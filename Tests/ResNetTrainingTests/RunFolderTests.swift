import Foundation
import ResNetCore
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@Suite struct RunFolderTests {
  private func run(in path: String, overwrite: Bool = false, loaderThreads: Int = 1) async throws {
    let trainer = try Trainer(
      .cifar(depth: 8), on: pictures(20), test: pictures(8, seed: 1), recipe: recipe(.iterations(5)), seed: 3,
      loaderThreads: loaderThreads)
    let folder = try RunFolder(path, overwrite: overwrite)
    try await trainer.prepare()
    try folder.begin(trainer, data: "pictures", threads: 2)
    for try await epoch in trainer.epochs { try folder.save(epoch, trainer.model) }
    try folder.finish()
  }

  @Test("A run leaves its model, its history and its description, and nothing else")
  func files() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/deep/run"
    try await run(in: path)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        == ["history.csv", "model.safetensors", "run.json"])
    let history = String(decoding: try folder.bytes(of: "deep/run/history.csv"), as: UTF8.self).split(separator: "\n")
    #expect(history.count == 3)
    #expect(history[0].hasPrefix("epoch,step,learning_rate,"))
    #expect(history[2].hasPrefix("2,5,0.05,"))
    let record = try #require(
      try JSONSerialization.jsonObject(with: folder.bytes(of: "deep/run/run.json")) as? [String: Any])
    #expect(record["state"] as? String == "finished")
    #expect(record["seed"] as? Int == 3)
    #expect(record["network"] as? String == "resnet8")
    #expect(record["threads"] as? Int == 2)
    for key in ["recipe", "data", "processor", "version", "began", "ended", "seconds", "lastEpoch"] {
      #expect(record[key] != nil, "\(key) is missing")
    }
    #expect(try Model(contentsOf: path).architecture == .cifar(depth: 8))
  }

  @Test("The same run gives the same bytes, whatever the number of loader threads")
  func sameBytes() async throws {
    let folder = try TemporaryFolder()
    for (name, threads) in [("a", 1), ("b", 1), ("c", 4)] {
      try await run(in: folder.path + "/" + name, loaderThreads: threads)
    }
    let first = try folder.bytes(of: "a/model.safetensors")
    #expect(try folder.bytes(of: "b/model.safetensors") == first)
    #expect(try folder.bytes(of: "c/model.safetensors") == first)
  }

  @Test("A folder with a run in it is refused and left alone, unless the run is to be replaced")
  func refusal() async throws {
    let folder = try TemporaryFolder()
    try await run(in: folder.path)
    let before = try folder.bytes(of: "run.json")
    let error = try await failure { _ = try RunFolder(folder.path) }
    #expect(error.code == .usage)
    #expect(error.remedy.contains("--overwrite"))
    #expect(try folder.bytes(of: "run.json") == before)
    _ = try RunFolder(folder.path, overwrite: true)
    #expect(try folder.bytes(of: "run.json") == before)
    try await run(in: folder.path, overwrite: true)
    #expect(try folder.bytes(of: "run.json") != before)
  }

  @Test("A folder that cannot be written to is refused before anything else happens")
  func unwritable() async throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    for path in [folder.path + "/file", folder.path + "/file/run", "/proc/run"] {
      let error = try await failure { _ = try RunFolder(path) }
      #expect(error.code == .inputOutput)
      #expect(error.place == path)
      #expect(error.remedy == "Choose a folder that you may write to")
    }
    #expect(try await failure { _ = try RunFolder("") }.code == .usage)
  }

  @Test("What was saved stays when the loss becomes infinite")
  func notFinite() async throws {
    let folder = try TemporaryFolder()
    var architecture = try Architecture.cifar(depth: 8)
    architecture.normalization = .none
    let trainer = try Trainer(
      architecture, on: pictures(16),
      recipe: recipe(.epochs(2), learningRate: 1e-3, schedule: .steps(at: [0.5], factor: 1e30)))
    let run = try RunFolder(folder.path)
    try run.begin(trainer, data: "pictures", threads: 1)
    _ = try await failure { for try await epoch in trainer.epochs { try run.save(epoch, trainer.model) } }
    #expect(try Model(contentsOf: folder.path).parameters == trainer.model.parameters)
  }
}
