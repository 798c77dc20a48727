import Foundation
import ResNetCore
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

/// What a run's models say of how good they are.
@Suite struct RunFiguresTests {
  private func check(_ figures: Model.Figures?, _ report: EpochReport?) throws {
    let (figures, report) = (try #require(figures), try #require(report))
    #expect(figures.epoch == report.epoch && figures.step == report.step)
    #expect(figures.trainingLoss == report.trainingLoss && figures.trainingError == report.trainingError)
    let (test, evaluation) = (try #require(figures.test), try #require(report.evaluation))
    #expect(test.images == evaluation.images && test.loss == evaluation.loss)
    #expect(test.topOneError == evaluation.topOneError && test.topFiveError == evaluation.topFiveError)
    #expect(test.calibrationError == evaluation.calibrationError)
  }

  @Test("The model of a run has the figures of its last epoch, and the best one those of its own")
  func ofEpochs() async throws {
    let folder = try TemporaryFolder()
    let trainer = try smallTrainer(.epochs(6), keptIn: RunFolder(folder.path, data: "generated"))
    #expect(trainer.model.figures == nil)
    for try await report in trainer.epochs { try check(trainer.model.figures, report) }
    let history = await trainer.history
    try check(Model(contentsOf: folder.path).figures, history.last)
    let best = try #require(try RunFolder.record(of: folder.path).best)
    try check(Model(contentsOf: folder.path + "/best.safetensors").figures, history[best.epoch - 1])
  }

  @Test("A run that is taken up again at the end of an epoch has its figures, and within one none")
  func takenUp() async throws {
    let folder = try TemporaryFolder()
    let policy = CheckpointPolicy(interval: .steps(1), keep: 10)
    /// Trains to the end, and lets go of the folder.
    func whole() async throws -> [EpochReport] {
      let trainer = try smallTrainer(keptIn: RunFolder(folder.path, data: "generated", checkpoints: policy))
      return try await train(trainer)
    }
    /// Takes the run up, and lets go of it.
    func takeUp() async throws -> (step: Int, figures: Model.Figures?) {
      let trainer = try smallTrainer(keptIn: RunFolder(resuming: folder.path, checkpoints: policy))
      try await trainer.prepare()
      return (await trainer.step, trainer.model.figures)
    }
    let history = try await whole()
    try check(try await takeUp().figures, history.last)
    // Step 6 ends the second epoch, step 5 lies in it.
    for (step, gone) in [(6, "7"), (5, "6")] {
      try FileManager.default.removeItem(
        atPath: folder.path + "/checkpoints/step-00000000\(gone).safetensors")
      let found = try await takeUp()
      #expect(found.step == step)
      if step == 6 { try check(found.figures, history[1]) } else { #expect(found.figures == nil) }
    }
  }

  @Test("A model of a checkpoint has the figures of the epoch that ended there, and within one none")
  func ofCheckpoints() async throws {
    let folder = try TemporaryFolder()
    let policy = CheckpointPolicy(interval: .steps(1), keep: 10)
    let history = try await train(
      smallTrainer(keptIn: RunFolder(folder.path, data: "generated", checkpoints: policy)))
    for (step, epoch) in [(3, 0), (6, 1), (7, 2)] {
      try check(RunFolder.model(in: folder.path, step: step).figures, history[epoch])
    }
    #expect(try RunFolder.model(in: folder.path, step: 5).figures == nil)
  }

  @Test("Without test images the figures are those of training")
  func untested() async throws {
    let trainer = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(1)), seed: 3)
    let report = try #require(try await train(trainer).last)
    #expect(trainer.model.figures?.trainingLoss == report.trainingLoss && trainer.model.figures?.test == nil)
  }
}
