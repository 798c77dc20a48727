import Foundation
import ResNetCore
import ResNetModel
import ResNetModels
import Testing

@testable import ResNetTraining

@Suite struct UpdateRecordTests {
  private let policy = CheckpointPolicy(interval: .steps(1), keep: 100)

  /// Trains three steps of one epoch, and then more.
  private func run(_ path: String, _ length: Recipe.Length = .iterations(3), recording: Set<Recording> = [.updates])
    async throws
  {
    let folder = try RunFolder(path, data: "generated", checkpoints: policy)
    try await train(trainer(length, folder, recording: recording))
  }

  private func trainer(_ length: Recipe.Length, _ folder: RunFolder, recording: Set<Recording>) throws -> Trainer {
    try Trainer(
      .cifar(depth: 8), on: pictures(20), test: pictures(8, seed: 1), recipe: recipe(length), seed: 3,
      recording: recording, keptIn: folder)
  }

  @Test("Recorded updates are the differences of the weights in the checkpoints")
  func fromCheckpoints() async throws {
    let folder = try TemporaryFolder()
    try await run(folder.path)
    let record = try UpdateRecord(ofRunAt: folder.path)
    #expect(record.steps.map(\.number) == [1, 2, 3])
    let models = try [0, 1, 2, 3].map { try RunFolder.model(of: folder.path, after: $0) }
    #expect(record.layers == ["conv1"] + (1...3).flatMap { ["layer\($0).0.conv1", "layer\($0).0.conv2"] } + ["fc"])
    for (position, step) in record.steps.enumerated() {
      for (slot, layer) in record.layers.enumerated() {
        let before = try #require(models[position].parameters[layer + ".weight"]).scalars.map(Double.init)
        let after = try #require(models[position + 1].parameters[layer + ".weight"]).scalars.map(Double.init)
        let weight = before.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let update = zip(before, after).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
        #expect(abs(step.weights[slot] - weight) <= 1e-12 * weight)
        #expect(abs(step.updates[slot] - update) <= 1e-12 * weight && update > 0)
        #expect(abs(step.ratio(slot) - update / weight) <= 1e-12)
      }
    }
  }

  @Test("A run that goes on from any of its checkpoints records what one without interruption does", arguments: 1...6)
  func resumed(step: Int) async throws {
    let folder = try TemporaryFolder()
    try await run(folder.path + "/run", .iterations(7))
    let whole = try folder.bytes(of: "run/updates.csv")
    #expect(String(decoding: whole, as: UTF8.self).split(separator: "\n").count == 1 + 7 * 8)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/run/checkpoints").sorted()
    for file in files[step...] { try FileManager.default.removeItem(atPath: folder.path + "/run/checkpoints/" + file) }
    try FileManager.default.removeItem(atPath: folder.path + "/run/updates.csv")
    #expect(try RunFolder.record(of: folder.path + "/run").recordings == [.updates])
    let going = try RunFolder(resuming: folder.path + "/run", checkpoints: policy)
    try await train(trainer(.iterations(7), going, recording: [.updates]))
    #expect(try folder.bytes(of: "run/updates.csv") == whole)
  }

  @Test("Recording changes no bit of a run, and a run without it leaves no file")
  func sameBits() async throws {
    let folder = try TemporaryFolder()
    try await run(folder.path + "/with")
    try await run(folder.path + "/without", recording: [])
    for file in ["model.safetensors", "best.safetensors"] {
      #expect(try folder.bytes(of: "with/" + file) == folder.bytes(of: "without/" + file))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/without/updates.csv"))
    #expect(try RunFolder.record(of: folder.path + "/without").recordings == nil)
    let error = try await failure { _ = try UpdateRecord(ofRunAt: folder.path + "/without") }
    #expect(error.code == .data && error.remedy.contains("--record updates"))
  }

  @Test("A run that begins anew leaves no updates of the one before it")
  func overwritten() async throws {
    let folder = try TemporaryFolder()
    try await run(folder.path + "/run")
    let path = folder.path + "/run"
    func again() throws -> RunFolder { try RunFolder(path, data: "generated", overwrite: true, checkpoints: policy) }
    try await train(trainer(.iterations(3), again(), recording: []))
    #expect(!FileManager.default.fileExists(atPath: path + "/updates.csv"))
    // Without a checkpoint it starts over, and what lies there is another's.
    try FileManager.default.removeItem(atPath: path + "/checkpoints")
    try Data("old".utf8).write(to: URL(fileURLWithPath: path + "/updates.csv"))
    try await train(trainer(.iterations(3), RunFolder(resuming: path, checkpoints: policy), recording: []))
    #expect(!FileManager.default.fileExists(atPath: path + "/updates.csv"))
  }

  @Test("A frozen layer does not change")
  func frozen() async throws {
    let folder = try TemporaryFolder()
    let kept = try RunFolder(folder.path, data: "generated")
    let trainer = try Trainer(
      .cifar(depth: 8), on: pictures(20), recipe: recipe(.iterations(3)), fineTuning: FineTuning(freezeUntil: "layer3"),
      recording: [.updates], keptIn: kept)
    try await train(trainer)
    let step = try #require(try UpdateRecord(ofRunAt: folder.path).steps.last)
    #expect(step.updates.map { $0 > 0 } == [false, false, false, false, false, true, true, true])
  }

  @Test("Four steps of an epoch are looked at, or all where there are fewer")
  func interval() {
    #expect([1, 3, 4, 7, 8, 391].map { UpdateRecord.interval(batchesPerEpoch: $0) } == [1, 1, 1, 1, 2, 97])
    var record = UpdateRecord(layers: ["a"])
    record.steps = (1...4).map { .init(number: $0, weights: [1], updates: [1]) }
    record.remove(after: 2)
    #expect(record.steps.map(\.number) == [1, 2] && record.isPossible)
    record.steps[0].updates = []
    #expect(!record.isPossible)
  }

  @Test(
    "A damaged record is refused with its line",
    arguments: [
      ("", 1), ("step,layer\n", 1), ("step,layer,weight_norm,update_norm\n1,a,1\n", 2),
      ("step,layer,weight_norm,update_norm\n1,a,1,x\n", 2),
      ("step,layer,weight_norm,update_norm\n1,a,1,1\n1,b,1,1\n2,b,1,1\n", 4),
      ("step,layer,weight_norm,update_norm\n1,a,1,1\n1,b,1,1\n2,a,1,1\n3,a,1,1\n", 5),
      ("step,layer,weight_norm,update_norm\n1,a,1,1\n1,b,1,1\n2,a,1,1\n", 4),
      ("step,layer,weight_norm,update_norm\n2,a,1,1\n1,a,1,1\n", 3),
    ])
  func damaged(text: String, line: Int) async throws {
    let folder = try TemporaryFolder()
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/updates.csv"))
    let error = try await failure { _ = try UpdateRecord(ofRunAt: folder.path) }
    #expect(error.code == .data && error.place?.hasSuffix("updates.csv, line \(line)") == true, "\(error)")
  }

  @Test("What is written is read back to the bit")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    var record = UpdateRecord(layers: ["a", "b"])
    record.steps = [
      .init(number: 1, weights: [0.1, 1e-300], updates: [1.0 / 3, 0]),
      .init(number: 5, weights: [2, 3], updates: [4, 5]),
    ]
    try Data(record.table.utf8).write(to: URL(fileURLWithPath: folder.path + "/updates.csv"))
    #expect(try UpdateRecord(ofRunAt: folder.path) == record)
  }
}
