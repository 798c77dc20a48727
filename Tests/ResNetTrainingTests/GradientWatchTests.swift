import ResNetCore
import ResNetEngine
import ResNetModel
import ResNetModels
import Synchronization
import Testing

@testable import ResNetTraining

@Suite struct GradientWatchTests {
  @Test("An explosion is told once, with its step and its first layers, and again after it has passed")
  @EngineActor
  func explosion() throws {
    let engine = try Engine(graph: try Architecture.cifar(depth: 8).graph(classes: 10))
    let watch = GradientWatch(engine.parameters)
    var gradients = (0..<engine.parameters.learned.count).map { Float($0 % 7) - 3 }
    func look(_ step: Int) -> String? { gradients.withUnsafeBufferPointer { watch.look($0, step: step) } }
    for step in 1...30 { #expect(look(step) == nil) }
    let place = engine.parameters.learnedPlace(of: "conv1.weight").range
    for position in place { gradients[position] *= 250 }
    #expect(look(31) == "gradients explode since step 31: conv1.weight (250 times its usual norm)")
    #expect(look(32) == nil)
    #expect(watch.explosion?.step == 31)
    for position in place { gradients[position] /= 250 }
    #expect(look(33) == nil)
    #expect(watch.explosion == nil)
    gradients[place.lowerBound] = .nan
    // Soon after the last one it is not told again, but known.
    #expect(look(34) == nil)
    #expect(watch.explosion?.step == 34)
    gradients[place.lowerBound] = 1
    #expect(look(540) == nil)
    gradients[place.lowerBound] = .nan
    #expect(look(541)?.hasPrefix("gradients explode since step 541: conv1.weight") == true)
  }

  @Test("The error of a diverged run says since when gradients exploded")
  func divergence() async throws {
    var architecture = try Architecture.cifar(depth: 8)
    architecture.normalization = .none
    let notes = Mutex<[String]>([])
    let trainer = try Trainer(
      architecture, on: pictures(24),
      recipe: recipe(.epochs(20), learningRate: 1e-3, schedule: .steps(at: [0.5], factor: 1e6)),
      note: { note in notes.withLock { $0.append(note) } })
    let error = try await failure { try await train(trainer) }
    #expect(error.message.contains("not finite"))
    if let told = notes.withLock({ $0.first { $0.hasPrefix("gradients explode since step") } }) {
      #expect(error.message.contains(told))
    }
  }

  @Test("A run writes down that it diverged and when gradients exploded, and forgets it where it goes back before")
  func record() async throws {
    let folder = try TemporaryFolder()
    let policy = CheckpointPolicy(interval: .steps(20), keep: 100)
    var architecture = try Architecture.cifar(depth: 8)
    architecture.normalization = .none
    func trainer(_ folder: RunFolder) throws -> Trainer {
      try Trainer(
        architecture, on: pictures(24),
        recipe: recipe(.epochs(20), learningRate: 1e-3, schedule: .steps(at: [0.5], factor: 1e6)), keptIn: folder)
    }
    _ = try await failure {
      try await train(trainer(RunFolder(folder.path, data: "generated", checkpoints: policy)))
    }
    let record = try RunFolder.record(of: folder.path)
    let step = try #require(record.divergedAt)
    #expect(record.state == .failed && step > 30)
    // The rate is 1000 from step 31 on: what explodes then is told before all ends, unless it ends at once.
    #expect(
      record.explosions?.allSatisfy { $0.step > 30 && $0.step <= step && (1...3).contains($0.first.count) } ?? true)
    let again = try trainer(RunFolder(resuming: folder.path, checkpoints: policy))
    try await again.prepare()
    let resumed = try RunFolder.record(of: folder.path)
    #expect(resumed.divergedAt == nil && resumed.state == .running)
    let kept = await again.step
    #expect(resumed.explosions?.allSatisfy { $0.step <= kept } ?? true)
    let model = try RunFolder.model(in: folder.path, step: 20)
    #expect(try model.parameters != Model(contentsOf: folder.path).parameters)
    #expect(
      try await failure { _ = try RunFolder.model(in: folder.path, step: 7) }.remedy.contains("There are those of 20"))
  }

  @Test("Files that are only kept in memory leave it free for others")
  func cachedMemory() {
    #expect(Machine.cachedBytes("anon 7\ninactive_file 300\nactive_file 20\nslab 9\n") == 320)
    #expect(Machine.cachedBytes("") == 0)
    #expect(Machine.cachedBytes("active_file x\nactive_file\n") == 0)
  }

  @Test("A rate out of proportion to the batch gets a note")
  func advice() {
    #expect(Recipe.he2015.advice == nil && Recipe.quick.advice == nil)
    var recipe = Recipe.he2015
    recipe.batch = 8
    #expect(recipe.advice?.contains("rates near 0.00625 are usual") == true)
    recipe.batch = 4096
    #expect(recipe.advice?.contains("small for batches of 4096 images") == true)
  }
}
