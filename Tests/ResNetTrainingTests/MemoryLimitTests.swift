import Foundation
import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetModel
import ResNetModels
import Testing

@testable import ResNetTraining

/// A limit of the process's memory, and what is planned under it.
@Suite struct MemoryLimitTests {
  /// A run whose activations take far more than all else, of three steps.
  private func limitedTrainer(memoryLimit: Int?, keptIn folder: RunFolder? = nil) throws -> Trainer {
    try Trainer(
      .cifar(depth: 20), on: pictures(256, shape: [3, 32, 32]), test: pictures(8, shape: [3, 32, 32], seed: 1),
      recipe: recipe(.iterations(3), batch: 128), seed: 3, memoryLimit: memoryLimit, keptIn: folder)
  }

  /// What such a run holds without a limit, and the arena of it.
  @EngineActor
  private func need() throws -> TrainingMemory {
    let engine = try Engine(graph: Architecture.cifar(depth: 20).graph(classes: 4))
    return try engine.plan(
      [.init(batch: 128, purpose: .training)], within: nil, optimizer: SGD(engine.parameters, recipe: .he2015))
  }

  @Test("A run under a limit leaves the same model, to the byte, and its record tells of the limit")
  func sameModel() async throws {
    let whole = try TemporaryFolder()
    try await train(limitedTrainer(memoryLimit: nil, keptIn: RunFolder(whole.path, data: "generated", overwrite: true)))
    let need = try await need()
    let limit = need.totalBytes - need.arenaBytes / 5
    let limited = try TemporaryFolder()
    let trainer = try limitedTrainer(
      memoryLimit: limit, keptIn: RunFolder(limited.path, data: "generated", overwrite: true))
    try await trainer.prepare()
    #expect(try await #require(trainer.session).memory.recomputedLayers > 0)
    #expect(try await #require(trainer.session).memory.totalBytes <= limit)
    try await train(trainer)
    #expect(try limited.bytes(of: "model.safetensors") == whole.bytes(of: "model.safetensors"))
    #expect(try RunFolder.record(of: limited.path).memoryLimit == limit)
    #expect(try RunFolder.record(of: whole.path).memoryLimit == nil)
  }

  @Test("A run that begins under a limit may go on under another")
  func resumption() async throws {
    let folder = try TemporaryFolder()
    try await train(
      limitedTrainer(memoryLimit: 8 << 30, keptIn: RunFolder(folder.path, data: "generated", overwrite: true)))
    let resumed = try Trainer(
      .cifar(depth: 20), on: pictures(256, shape: [3, 32, 32]), test: pictures(8, shape: [3, 32, 32], seed: 1),
      recipe: recipe(.iterations(3), batch: 128), seed: 3, memoryLimit: 4 << 30,
      keptIn: RunFolder(resuming: folder.path))
    await #expect(throws: Never.self) { try await resumed.prepare() }
  }

  @Test("A limit that is too small is refused with the least that works, which then does")
  func tooSmall() async throws {
    let error = try await failure { try await limitedTrainer(memoryLimit: 1 << 20).prepare() }
    #expect(error.code == .unavailable)
    let least = try #require(
      error.remedy.split(separator: " ").compactMap { Int($0) }.first, "\(error.remedy) names no size")
    let trainer = try limitedTrainer(memoryLimit: (least + 32) << 20)
    try await trainer.prepare()
    #expect(try await #require(trainer.session).memory.totalBytes <= (least + 32) << 20)
  }

  @Test("Estimating changes nothing of a run that is prepared already")
  func estimate() async throws {
    let plain = try smallTrainer()
    try await train(plain)
    let estimated = try smallTrainer()
    try await estimated.prepare()
    _ = try await estimated.estimate(measuringFor: 0)
    #expect(await estimated.step == 0)
    try await train(estimated)
    #expect(estimated.model.parameters == plain.model.parameters)
  }

  @Test("The parts of a plan add up, and more images take more memory")
  @EngineActor
  func parts() throws {
    let graph = try Architecture.cifar(depth: 20).graph(classes: 10)
    let engine = try Engine(graph: graph)
    let optimizer = SGD(engine.parameters, recipe: .he2015)
    let small = try engine.plan([.init(batch: 8, purpose: .training)], within: nil, optimizer: optimizer)
    let large = try engine.plan([.init(batch: 16, purpose: .training)], within: nil, optimizer: optimizer)
    for memory in [small, large] {
      let parts = [
        memory.arenaBytes, memory.parameterBytes, memory.optimizerBytes, memory.otherBytes,
      ]
      #expect(parts.allSatisfy { $0 > 0 })
      // Training packs weights where it computes.
      #expect(memory.packedBytes == 0)
      #expect(parts.reduce(0, +) == memory.totalBytes)
      #expect(memory.optimizerBytes == 4 * graph.parameterCount)
      #expect(memory.parameterBytes > memory.optimizerBytes)
    }
    #expect(large.arenaBytes > small.arenaBytes)
    let test = try engine.plan([.init(batch: 8, purpose: .inference)], within: nil, optimizer: optimizer)
    #expect(test.packedBytes > 0)
    #expect(
      test.packedBytes == test.totalBytes - test.arenaBytes - test.parameterBytes - test.optimizerBytes
        - test.otherBytes)
  }
}
