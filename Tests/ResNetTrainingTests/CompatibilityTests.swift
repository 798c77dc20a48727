import Foundation
import ResNetCore
import ResNetEngine
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

/// The promise: models and checkpoints of a version are read by every later one. `Tests/Fixtures/versions` keeps a run of each
/// version, interrupted after 5 of 7 steps; RESNET_MAKE_FIXTURE=1 makes that of this one.
@Suite struct CompatibilityTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/versions").path

  /// A net of a few hundred numbers, with all that a run can hold.
  private func trainer(keptIn folder: RunFolder, length: Recipe.Length = .iterations(7)) throws -> Trainer {
    let architecture = Architecture(
      name: "tiny", input: [3, 8, 8], stem: .cifar(width: 4), block: .basic,
      stages: [Stage(blocks: 1, width: 4), Stage(blocks: 1, width: 8, stride: 2)], shortcut: .projection)
    var recipe = recipe(length, schedule: .oneCycle(warmUp: 0.2), augmentation: .padFourAndFlip)
    recipe.normalization = .perPixel
    recipe.weightDecay = 1e-4
    return try Trainer(
      architecture, on: pictures(20), test: pictures(8, seed: 1), recipe: recipe, seed: 3, keptIn: folder)
  }

  @Test("A run of this version is kept for those to come", .enabled(if: environment["RESNET_MAKE_FIXTURE"] == "1"))
  func make() async throws {
    let path = Self.fixtures + "/" + packageVersion
    let policy = CheckpointPolicy(interval: .steps(5), keep: 9)
    try await EngineActor.run { try Engine.setThreads(1) }
    try await train(
      trainer(keptIn: RunFolder(path, data: "generated", overwrite: true, checkpoints: policy)))
    for file in [
      "checkpoints/step-000000007.safetensors", ".lock", "curves.svg", "events.out.tfevents.resnet",
    ] {
      try FileManager.default.removeItem(atPath: path + "/" + file)
    }
  }

  @Test("A run of every version so far is read, and goes on")
  func read() async throws {
    let versions = try FileManager.default.contentsOfDirectory(atPath: Self.fixtures)
    #expect(versions.contains(packageVersion))
    for version in versions {
      let folder = try TemporaryFolder()
      let path = folder.path + "/run"
      try copyContents(of: Self.fixtures + "/" + version, to: path)
      let finished = try Model(contentsOf: path)
      #expect(finished.architecture.name == "tiny" && finished.classes.count == 4)
      let record = try RunFolder.record(of: path)
      #expect(record.steps == 7 && record.seed == 3 && record.best != nil)
      #expect(try RunCurve(ofRunAt: path, name: version).epochs.count == 3)
      // Another number of threads may stand in the way of the same bits, not of going on.
      let trainer = try trainer(keptIn: RunFolder(resuming: path, change: .anything))
      try await trainer.prepare()
      #expect(await trainer.step == 5)
      let last = try #require(try await train(trainer).last)
      #expect(last.step == 7)
      let difference = trainer.model.parameters.map { name, tensor in
        zip(tensor.scalars, finished.parameters[name]?.scalars ?? []).map { abs($0 - $1) }.max() ?? 1
      }.max()
      // Other processors differ in the last bits.
      #expect(try #require(difference) < 1e-3)
    }
  }
}

/// Copies a folder's files; `FileManager.copyItem` would keep owners too, which only root may.
private func copyContents(of folder: String, to copy: String) throws {
  try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
  for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
    if isFolder.boolValue {
      try FileManager.default.createDirectory(atPath: copy + "/" + name, withIntermediateDirectories: true)
    } else {
      try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)).write(
        to: URL(fileURLWithPath: copy + "/" + name))
    }
  }
}

private let environment = ProcessInfo.processInfo.environment
