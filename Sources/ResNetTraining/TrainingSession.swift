import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel

/// What a run holds while it goes on: the engine, the optimiser and how far it is.
@EngineActor
final class TrainingSession {
  let engine: Engine
  private let trainer: Trainer
  private let optimizer: SGD
  private var step = 0
  private var failure: (any Error)?

  init(_ trainer: Trainer) throws {
    let model = trainer.model
    engine = try Engine(graph: model.graph, seed: trainer.seed)
    try engine.parameters.set(model.parameters)
    optimizer = SGD(engine.parameters, recipe: trainer.recipe)
    self.trainer = trainer
    try compile()
  }

  /// Compiles for every size of batch before the first step, so that no run fails at the end of its first epoch.
  private func compile() throws {
    let loader = trainer.training
    let last = loader.dataSet.count % loader.batchSize
    for size in Set([loader.batchSize, last]).sorted() where size > 0 {
      _ = try engine.program(batch: size, purpose: .training)
    }
    guard let test = trainer.test else { return }
    for size in Set([min(test.batchSize, test.dataSet.count), test.dataSet.count % test.batchSize]).sorted()
    where size > 0 {
      _ = try engine.program(batch: size, purpose: .inference)
    }
  }

  /// Trains for an epoch, or for what is left of the run.
  func nextEpoch() throws -> EpochReport? {
    if let failure { throw failure }
    guard step < trainer.steps else { return nil }
    do {
      return try train(epoch: step / trainer.training.batchesPerEpoch)
    } catch {
      // The parameters may be those of half an epoch, or not finite: nothing may go on from them.
      failure = error
      throw error
    }
  }

  private func train(epoch: Int) throws -> EpochReport {
    let clock = Stopwatch()
    var scores = Scores()
    let batches = trainer.training.epoch(epoch)
    while step < trainer.steps, let batch = try batches.next() {
      try Task.checkCancellation()
      try train(batch, epoch: epoch, &scores)
      step += 1
      trainer.progress?(
        TrainingProgress(
          epoch: epoch + 1, epochs: trainer.epochCount, step: step, steps: trainer.steps,
          loss: scores.loss / Double(scores.count),
          trainingError: 100 * Double(scores.topOneMisses) / Double(scores.count),
          imagesPerSecond: Double(scores.count) / clock.seconds))
    }
    try checkParameters(epoch: epoch)
    let seconds = clock.seconds
    return EpochReport(
      epoch: epoch + 1, epochs: trainer.epochCount, step: step,
      learningRate: trainer.recipe.learningRate(step: step - 1, of: trainer.steps),
      trainingLoss: scores.loss / Double(scores.count),
      trainingError: 100 * Double(scores.topOneMisses) / Double(scores.count),
      evaluation: try trainer.test.map { try engine.evaluate($0) },
      imagesPerSecond: Double(scores.count) / seconds, seconds: seconds)
  }

  /// The loss is looked at before a step changes anything; what the last step of an epoch left is looked at here, before
  /// it takes the place of the last good model.
  private func checkParameters(epoch: Int) throws {
    let bad = try engine.parameters.names.first { name in
      try !engine.parameters.tensor(name).scalars.allSatisfy(\.isFinite)
    }
    guard let bad else { return }
    throw ResNetError(
      .data, "the last step left numbers in \(bad) that are not finite", at: "step \(step) in epoch \(epoch + 1)",
      remedy: "Use a lower learning rate, or a longer warm-up; what was saved before is kept")
  }

  private func train(_ batch: Batch, epoch: Int, _ scores: inout Scores) throws {
    let program = try engine.program(batch: batch.count, purpose: .training)
    _ = program.input.update(from: batch.images)
    _ = program.labels.update(from: batch.labels)
    try program.run()
    guard program.loss.isFinite else {
      throw engine.notFinite(batch, step: step + 1, epoch: epoch + 1)
    }
    scores.add(logits: program.logits, labels: batch.labels, losses: program.losses)
    optimizer.step(
      gradients: program.gradients, learningRate: trainer.recipe.learningRate(step: step, of: trainer.steps))
  }
}
