import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels

extension RunFolder {
  /// Finds where the run is to go on; changes nothing.
  ///
  /// - Returns: the checkpoint to go on from, and those that are damaged; `nil` where the run begins.
  /// - Throws: `ResNetError` of code `usage` where it is not the run that is to go on; `data` or `inputOutput` where its
  ///   checkpoints cannot be read.
  func find(_ trainer: Trainer, threads: Int) throws -> (state: TrainingState, damaged: [String])? {
    guard let recorded else { return nil }
    for note in notes { trainer.note(note) }
    let record = RunRecord(trainer, in: self, threads: threads)
    try check(record, against: recorded)
    if let last = recorded.sittings.last, last.processor != Machine.processor {
      trainer.note("the run began on \(last.processor); on \(Machine.processor) its last bits may differ")
    }
    guard let (checkpoint, damaged, notes) = try Self.newestCheckpoint(in: path) else {
      trainer.note("\(path): there is no checkpoint yet, so the run starts over")
      return nil
    }
    for note in notes { trainer.note(note) }
    var state = checkpoint.state
    if state.progress.step >= record.steps, let difference = try recorded.differences(to: record).first {
      throw ResNetError(
        .usage, "all \(state.progress.step) steps of this run are made, and \(difference.text)", at: path,
        remedy: "Leave it as it was, or let the run last longer too, with more --epochs")
    }
    let batches = trainer.training.batchesPerEpoch
    if checkpoint.record.batchesPerEpoch == batches {
      state.progress.reopenLastEpoch(batchesPerEpoch: batches, steps: record.steps)
    } else {
      state.progress.restartEpoch(batchesPerEpoch: batches)
      trainer.note("epochs have another number of batches now, so epoch \(checkpoint.epochs + 1) begins anew")
    }
    return (state, damaged)
  }

  /// Writes down what the run is, before its first step.
  ///
  /// - Parameter found: where it goes on.
  /// - Throws: `ResNetError` of code `inputOutput` where files cannot be written or the disk is too small.
  func begin(_ trainer: Trainer, threads: Int, from found: (state: TrainingState, damaged: [String])?) throws {
    try checkSpace(for: trainer)
    if recorded == nil { try removeOldRun() }
    try Self.makeFolder(file(Self.checkpoints))
    removeRemains()
    // Out of the way of those to come, and still there for whoever wants to look.
    for file in found?.damaged ?? [] { try rename(file, to: file + ".damaged") }
    let progress = found?.state.progress ?? TrainingState.Progress()
    var record = RunRecord(trainer, in: self, threads: threads)
    record.sittings = (recorded?.sittings ?? []) + [RunRecord.Sitting(step: progress.step)]
    // Later ones will come again, if they come.
    record.explosions = recorded?.explosions?.filter { $0.step <= progress.step }
    record.update(progress)
    for difference in try recorded?.differences(to: record) ?? [] where difference.isOfImages {
      trainer.note(difference.text)
    }
    try removeBest(ofAnother: record, trainer)
    // With it a run goes on wherever the file that it was given has gone, and whether there is a checkpoint or not.
    if record.from != nil, found == nil { try trainer.model.write(to: file(Self.start)) }
    self.record = record
    sittingClock = Stopwatch()
    lastCheckpoint = .now
    lastCheckpointStep = progress.step
    try write(record)
    if let state = found?.state { try supersede(state, record) }
    try rewriteHistory(progress)
  }

  /// Writes down an epoch, and the model as it is after it.
  ///
  /// - Throws: `ResNetError` of code `inputOutput`.
  func save(_ progress: TrainingState.Progress, _ model: Model) throws {
    try model.write(to: file(Model.fileName))
    if let best = progress.best, best.epoch == progress.history.last?.epoch { try model.write(to: file(Self.best)) }
    try appendHistory(progress)
    try update(progress)
  }

  /// Whether the state is to be kept now.
  func isCheckpointDue(step: Int) -> Bool {
    switch policy.interval {
    case .steps(let count): step - lastCheckpointStep >= count
    case .seconds(let seconds): (ContinuousClock.now - lastCheckpoint) / .seconds(1) >= seconds
    }
  }

  /// Keeps the state, and lets go of the oldest checkpoints.
  ///
  /// - Throws: `ResNetError` of code `inputOutput`.
  func keep(_ state: @autoclosure () -> TrainingState) throws {
    let clock = Stopwatch()
    let state = state()
    guard let record = updated(state.progress) else { return }
    let name = Self.checkpointName(step: state.progress.step)
    try Checkpoint(record: record, state: state).write(to: file(Self.checkpoints + "/" + name))
    lastCheckpoint = .now
    lastCheckpointStep = state.progress.step
    // One that cannot be removed only takes up room.
    for old in Self.checkpointFiles(in: path).dropLast(policy.keep) {
      try? FileManager.default.removeItem(atPath: old.file)
    }
    checkpointsWritten += 1
    checkpointSeconds += clock.seconds
  }

  /// Writes down where the run stands now and, perhaps, that it has ended.
  ///
  /// - Throws: `ResNetError` of code `inputOutput`.
  func update(
    _ progress: TrainingState.Progress, state: RunRecord.State = .running, problem: String? = nil,
    divergedAt: Int? = nil
  ) throws {
    guard var record = updated(progress) else { return }
    record.state = state
    record.problem = problem
    record.divergedAt = divergedAt
    self.record = record
    try write(record)
  }

  /// Remembers an explosion of gradients, which is written down with the next epoch or checkpoint.
  func add(_ explosion: GradientWatch.Explosion) {
    let gradients = explosion.first.prefix(3).map {
      RunRecord.Explosion.Gradient(parameter: $0.name, factor: $0.factor)
    }
    let known = record?.explosions ?? []
    record?.explosions = known + [RunRecord.Explosion(step: explosion.step, first: gradients)]
  }

  /// Writes down what a last evaluation came to.
  ///
  /// - Throws: `ResNetError` of code `inputOutput`.
  public func add(_ evaluation: EvaluationSummary) throws {
    guard var record else { preconditionFailure("a run is begun before it is evaluated") }
    record.evaluation = evaluation
    self.record = record
    try write(record)
  }

  private func updated(_ progress: TrainingState.Progress) -> RunRecord? {
    guard var record else { return nil }
    record.update(progress)
    if var sitting = record.sittings.popLast() {
      sitting.lastStep = progress.step
      sitting.ended = RunRecord.now()
      sitting.seconds = sittingClock.seconds
      (sitting.checkpoints, sitting.checkpointSeconds) = (checkpointsWritten, checkpointSeconds)
      record.sittings.append(sitting)
    }
    return record
  }

  private func write(_ record: RunRecord) throws { try AtomicFile.write(try record.json(), to: file(Self.description)) }

  /// Takes away what an old run left, and nothing of anybody else's.
  private func removeOldRun() throws {
    for checkpoint in Self.checkpointFiles(in: path) { try Self.remove(checkpoint.file) }
    for name in Self.files where name != Self.checkpoints { try Self.remove(file(name)) }
  }

  /// Takes away the files that processes left which were killed while they wrote them.
  private func removeRemains() {
    for folder in [path, file(Self.checkpoints)] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where AtomicFile.isTemporary(name) {
        try? FileManager.default.removeItem(atPath: Self.file(name, in: folder))
      }
    }
  }

  /// Takes away the best model of epochs that a changed run goes back behind: it may never come to them again.
  private func removeBest(ofAnother record: RunRecord, _ trainer: Trainer) throws {
    guard let recorded, recorded.best != record.best, try !recorded.differences(to: record).isEmpty else { return }
    try Self.remove(file(Self.best))
    trainer.note("\(Self.best) was that of an epoch that the run goes back behind, and waits for a better one")
  }

  /// Moves checkpoints of later steps out of the way, which a run that goes on differently from here would mistake for its
  /// own; the state is kept first, so that there is one at any time.
  private func supersede(_ state: TrainingState, _ record: RunRecord) throws {
    let later = Self.checkpointFiles(in: path).filter { $0.step > state.progress.step }
    guard !later.isEmpty else { return }
    let name = Self.checkpointName(step: state.progress.step)
    try Checkpoint(record: record, state: state).write(to: file(Self.checkpoints + "/" + name))
    for old in later { try rename(old.file, to: old.file + ".superseded") }
  }

  private func rename(_ old: String, to new: String) throws {
    try Self.remove(new)
    do {
      try FileManager.default.moveItem(atPath: old, toPath: new)
    } catch {
      throw ResNetError(
        .inputOutput, "the file cannot be moved out of the way", at: old, remedy: "Remove it and try again")
    }
  }

  /// Refuses a trainer of another run than the one that is in the folder, unless that is meant; changes nothing.
  ///
  /// - Throws: `ResNetError` of code `usage` that tells the differences.
  package func check(_ trainer: Trainer, threads: Int) throws {
    guard let recorded else { return }
    try check(RunRecord(trainer, in: self, threads: threads), against: recorded)
  }

  private func check(_ new: RunRecord, against old: RunRecord) throws {
    let differences = try old.differences(to: new)
    if old.from?.hash != new.from?.hash {
      throw ResNetError(
        .usage, "the run in this folder began with another model", at: path,
        remedy: "Go on with the one that it began with, \(Self.start) in its folder, or begin a new run")
    }
    if let change = old.changeOfClasses(to: new) {
      throw ResNetError(
        .usage, "the classes are others than before, and the network has learned those: \(change)", at: path,
        remedy:
          "Give images of the classes that the run began with, or begin a new run, with --from to keep what it learned")
    }
    guard change != .anything else { return }
    // On the same images: with fewer of them, more epochs can be fewer steps.
    let isLonger = try old.batchesPerEpoch.map { try new.recipe.steps(batchesPerEpoch: $0) > old.steps } ?? false
    let refused = differences.filter { difference in
      !(difference.isOfImages && change.contains(.images)
        || difference.isOfLength && change.contains(.longer) && isLonger)
    }
    guard !refused.isEmpty else { return }
    let changes = refused.map(\.text).joined(separator: "; ")
    if refused.allSatisfy(\.isOfImages) {
      throw ResNetError(
        .usage, changes, at: path,
        remedy: "Give the images that the run began with, or --override to go on with those that are there now")
    }
    let remedy =
      isLonger && refused.allSatisfy(\.isOfLength)
      ? "Give --extend to train for longer, or leave the options away to go on as before"
      : "Leave the options away to go on as before, give --override to go on differently, or begin a new run"
    throw ResNetError(
      .usage, "the run in this folder is another one: " + changes, at: path, remedy: remedy)
  }
}

extension RunRecord {
  init(_ trainer: Trainer, in folder: RunFolder, threads: Int) {
    let model = trainer.model
    self.init(
      network: model.architecture.name, parameters: model.graph.parameterCount, architecture: model.architecture,
      recipe: trainer.recipe, steps: trainer.steps, seed: trainer.seed, threads: threads,
      precision: trainer.precision, memoryLimit: trainer.memoryLimit,
      recordings: trainer.recordings.isEmpty ? nil : trainer.recordings.sorted { $0.rawValue < $1.rawValue },
      from: trainer.startHash.map { Start(place: folder.startPlace, hash: $0) },
      fineTuning: trainer.fineTuning == FineTuning() ? nil : trainer.fineTuning,
      data: Data(
        source: folder.source, pictures: trainer.training.dataSet.pictureOptions, validation: folder.validation,
        training: Images(trainer.training.dataSet), test: trainer.test.map { Images($0.dataSet) }),
      // A mean image does not fit into a text.
      preprocessing: trainer.statedPreprocessing.flatMap { $0.meanImage == nil ? $0.metadata : nil })
  }

  mutating func update(_ progress: TrainingState.Progress) {
    seconds = progress.seconds
    best = progress.best
    lastEpoch = progress.history.last
  }
}

extension RunRecord.Sitting {
  /// A stretch that begins now on this machine.
  init(step: Int) {
    let now = RunRecord.now()
    self.init(
      began: now, ended: now, firstStep: step, lastStep: step, seconds: 0, checkpoints: 0, checkpointSeconds: 0,
      processor: Machine.processor,
      system: ProcessInfo.processInfo.operatingSystemVersionString, version: packageVersion)
  }
}
