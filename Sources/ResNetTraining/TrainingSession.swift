import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

/// What a run holds while it goes on: the engine, the optimiser and how far it is.
@EngineActor
final class TrainingSession {
  let engine: Engine
  // Trainers own their sessions.
  unowned let trainer: Trainer
  private let optimizer: SGD
  private var watch: GradientWatch
  /// What the process will hold of memory.
  let memory: TrainingMemory
  private(set) var progress = TrainingState.Progress()
  private var failure: (any Error)?
  /// The step at which numbers were not finite any more, from 1.
  private var divergedAt: Int?

  init(_ trainer: Trainer) throws {
    let model = trainer.model
    engine = try Engine(graph: model.graph, seed: trainer.seed, precision: trainer.precision)
    try engine.parameters.set(model.parameters)
    optimizer = SGD(
      engine.parameters, recipe: trainer.recipe, learningRateScales: trainer.learningRateScales)
    watch = GradientWatch(engine.parameters)
    self.trainer = trainer
    memory = try Self.plan(trainer, engine, optimizer)
    try compile()
    try checkMemory()
  }

  /// The programs of a run, for every size of batch; that of a whole batch of training first.
  private static func programs(_ trainer: Trainer) -> [Engine.Wish] {
    func sizes(_ loader: Loader) -> [Int] {
      let count = loader.dataSet.count
      return Set([min(loader.batchSize, count), count % loader.batchSize]).filter { $0 > 0 }.sorted(by: >)
    }
    return sizes(trainer.training).map { Engine.Wish(batch: $0, purpose: trainer.purpose) }
      + (trainer.test.map(sizes) ?? []).map { Engine.Wish(batch: $0, purpose: .inference) }
  }

  private static func plan(_ trainer: Trainer, _ engine: Engine, _ optimizer: SGD) throws -> TrainingMemory {
    let batch = trainer.training.batchSize * engine.graph.inputShape.count * MemoryLayout<Float>.stride
    return try engine.plan(
      programs(trainer), within: trainer.memoryLimit, optimizer: optimizer,
      laterBytes: TrainingMemory.runBytes(
        batchBytes: batch, batches: trainer.training.batchesHeld, parameterBytes: engine.parameters.bytes))
  }

  /// Compiles for every size of batch before the first step, so that no run fails at the end of its first epoch.
  private func compile() throws {
    for program in Self.programs(trainer) { _ = try engine.program(batch: program.batch, purpose: program.purpose) }
  }

  /// Refuses a run that memory will not hold, while none is taken yet: the system would end it without a word.
  private func checkMemory() throws {
    let needed = engine.arenaBytes + TrainingMemory.modelCopies * engine.parameters.bytes
    guard let free = Machine.availableMemoryBytes, free < needed else { return }
    throw ResNetError(
      .unavailable, "the run takes \(needed >> 20) MiB of memory and \(free >> 20) MiB can be had",
      remedy: "Use a smaller batch, a smaller network or a memory limit, or end other programs")
  }

  /// All that decides what is still to come.
  var state: TrainingState {
    TrainingState(
      progress: progress, parameters: engine.parameters.tensors(), velocities: optimizer.velocityTensors())
  }

  /// Goes back to where a run was.
  ///
  /// - Throws: `ResNetError` of code `data` where the state is that of another network.
  func restore(_ state: TrainingState) throws {
    try engine.parameters.set(state.parameters)
    try optimizer.setVelocities(state.velocities)
    progress = state.progress
    divergedAt = nil
    watch = GradientWatch(engine.parameters)
  }

  /// Whether all epochs are done.
  var isFinished: Bool { progress.history.count >= trainer.epochCount }

  /// Trains for an epoch, or for what is left of it or of the run.
  func nextEpoch() throws -> EpochReport? {
    if let failure { throw failure }
    guard !isFinished else { return nil }
    do {
      return try train(epoch: progress.history.count)
    } catch {
      // The parameters may be those of half an epoch, or not finite: nothing may go on from them.
      failure = error
      if error is CancellationError { try trainer.folder?.keep(state) }
      try writeDown(error)
      throw error
    }
  }

  /// Writes down with what error work on the run ended.
  func writeDown(_ error: any Error) throws {
    if error is CancellationError {
      try trainer.folder?.update(progress, state: .interrupted)
    } else {
      // The error itself matters more than that it cannot be written down.
      try? trainer.folder?.update(progress, state: .failed, problem: "\(error)", divergedAt: divergedAt)
    }
  }

  private func train(epoch: Int) throws -> EpochReport {
    let clock = Stopwatch()
    let secondsBefore = progress.seconds
    try trainSteps(epoch: epoch)
    try checkParameters(epoch: epoch)
    let evaluation = try keepingSteps { try trainer.test.map { try engine.evaluate($0) } }
    let images = Double(progress.scores.count)
    let report = EpochReport(
      epoch: epoch + 1, epochs: trainer.epochCount, step: progress.step,
      learningRate: trainer.recipe.learningRate(step: progress.step - 1, of: trainer.steps),
      trainingLoss: progress.scores.meanLoss,
      trainingError: 100 * Double(progress.scores.topOneMisses) / images, evaluation: evaluation,
      imagesPerSecond: images / max(progress.epochSeconds, 1e-9), seconds: progress.epochSeconds,
      loading: progress.epochLoading)
    let model = try trainer.keep(engine.parameters.tensors(), of: report)
    progress.history.append(report)
    progress.epochTimes.append(Date.now.timeIntervalSince1970)
    progress.seconds = secondsBefore + clock.seconds
    if let folder = trainer.folder {
      try folder.save(progress, model)
      if isFinished || folder.isCheckpointDue(step: progress.step) { try folder.keep(state) }
      if isFinished { try folder.update(progress, state: .finished) }
    }
    if isFinished { trainer.noteBrokenPictures() }
    return report
  }

  /// Does what changes no parameters. Where it fails, as at a file that is damaged or gone, the steps that are made are
  /// kept: hours of training must not end at one picture.
  func keepingSteps<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as ResNetError {
      // The error itself matters more than that the state cannot be kept.
      if let folder = trainer.folder, progress.step > 0, (try? folder.keep(state)) != nil {
        trainer.note(
          "all is kept until step \(progress.step), from where --resume goes on, with --override where images are others "
            + "by then")
      }
      throw error
    }
  }

  /// Makes the steps of an epoch that are not made yet.
  private func trainSteps(epoch: Int) throws {
    let perEpoch = trainer.training.batchesPerEpoch
    let first = progress.step - epoch * perEpoch
    let end = min(trainer.steps, (epoch + 1) * perEpoch)
    if first == 0 {
      progress.scores = Scores()
      progress.epochSeconds = 0
      progress.epochLoading = nil
    }
    guard progress.step < end else { return }
    let clock = Stopwatch()
    let (secondsBefore, epochSecondsBefore) = (progress.seconds, progress.epochSeconds)
    let loadingBefore = progress.epochLoading ?? LoadingTime()
    let batches = trainer.training.epoch(epoch, from: first)
    while progress.step < end, let batch = try keepingSteps({ try batches.next() }) {
      try Task.checkCancellation()
      let measurement = updateMeasurement(of: progress.step + 1)
      try train(
        batch, epoch: epoch, learningRate: trainer.recipe.learningRate(step: progress.step, of: trainer.steps))
      progress.step += 1
      if let measurement { record(measurement.step(progress.step, engine.parameters)) }
      progress.seconds = secondsBefore + clock.seconds
      progress.epochSeconds = epochSecondsBefore + clock.seconds
      progress.epochLoading = loadingBefore + batches.loadingTime
      trainer.progress?(
        TrainingProgress(
          epoch: epoch + 1, epochs: trainer.epochCount, step: progress.step, steps: trainer.steps,
          loss: progress.scores.meanLoss,
          trainingError: 100 * Double(progress.scores.topOneMisses) / Double(progress.scores.count),
          imagesPerSecond: Double(progress.scores.count) / progress.epochSeconds))
      if progress.step < end, let folder = trainer.folder, folder.isCheckpointDue(step: progress.step) {
        try folder.keep(state)
      }
    }
  }

  /// What compares the weights before and after a step, where it is one to look at.
  private func updateMeasurement(of step: Int) -> UpdateMeasurement? {
    guard trainer.recordings.contains(.updates),
      step % UpdateRecord.interval(batchesPerEpoch: trainer.training.batchesPerEpoch) == 0
    else { return nil }
    return UpdateMeasurement(engine.parameters, engine.graph.weightNames.map(\.parameter))
  }

  private func record(_ step: UpdateRecord.Step) {
    if progress.updates == nil { progress.updates = UpdateRecord(layers: engine.graph.weightNames.map(\.layer)) }
    progress.updates?.steps.append(step)
  }

  /// The loss is looked at before a step changes anything; what the last step of an epoch left is looked at here, before
  /// it takes the place of the last good model.
  private func checkParameters(epoch: Int) throws {
    let bad = try engine.parameters.names.first { name in
      try !engine.parameters.tensor(name).scalars.allSatisfy(\.isFinite)
    }
    guard let bad else { return }
    divergedAt = progress.step
    throw ResNetError(
      .data, "the last step left numbers in \(bad) that are not finite",
      at: "step \(progress.step) in epoch \(epoch + 1)",
      remedy: "Use a lower learning rate, or a longer warm-up; what was saved before is kept")
  }

  /// Makes one step.
  func train(_ batch: Batch, epoch: Int, learningRate: Double) throws {
    var purpose = trainer.purpose
    if batch.targets != nil { purpose.seed = .weightedCrossEntropy }
    let program = try engine.program(batch: batch.count, purpose: purpose)
    program.take(batch)
    if purpose.seed == .weightedCrossEntropy {
      Targets.write(
        labels: batch.labels, shares: batch.targets.map(Array.init), weights: trainer.classWeights,
        into: program.targets)
    }
    program.setDropoutStep(seed: trainer.seed, iteration: progress.step)
    try program.run()
    guard program.loss.isFinite else {
      divergedAt = progress.step + 1
      throw engine.notFinite(batch, step: progress.step + 1, epoch: epoch + 1, after: watch.explosion)
    }
    if let news = watch.look(program.gradients, step: progress.step + 1) {
      trainer.note(news)
      if let explosion = watch.explosion { trainer.folder?.add(explosion) }
    }
    add(batch, program)
    optimizer.step(gradients: program.gradients, learningRate: learningRate)
  }

  /// Adds what a step's forward pass made of its batch.
  private func add(_ batch: Batch, _ program: Program) {
    let weight = program.targets.isEmpty ? nil : program.weight
    func add(_ labels: some Collection<Int32>) {
      progress.scores.add(logits: program.logits, labels: labels, losses: program.losses, weight: weight)
    }
    if let shares = batch.targets {
      add(Targets.labels(Array(shares), count: batch.count))
    } else {
      add(batch.labels)
    }
  }
}
