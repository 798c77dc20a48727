import Foundation
import ResNet
import ResNetCore
import Synchronization

/// Trains the runs of a comparison one after another, and shows how they go.
struct ComparisonTraining: Sendable {
  private let plan: ComparisonPlan
  private let source: String
  private let training: DataSet
  private let test: DataSet?
  private let recipe: Recipe
  private let preprocessing: @Sendable (Architecture) throws -> Preprocessing?
  private let precision: Precision
  private let policy: CheckpointPolicy
  private let recordings: Set<Recording>
  private let loaderThreads: Int?
  private let memoryLimit: Int?
  private let progress: ProgressOption
  private let isQuiet: Bool
  private let stage = Stage()

  /// What shows the run that is trained now, if one is.
  private final class Stage: Sendable {
    let reporter = Mutex<ProgressReporter?>(nil)

    func note(_ text: String) {
      guard let reporter = reporter.withLock({ $0 }) else { return Terminal.note("note: \(text)") }
      reporter.note("note: \(text)")
    }
  }

  /// Opens the data and gets the engine ready; runs that have begun say what they began with.
  init(_ command: Compare, _ plan: ComparisonPlan, data source: String) async throws {
    let splits = try command.pictures.open(source)
    let training = try splits.requireTraining()
    self.plan = plan
    self.source = source
    self.training = training
    test = splits.test ?? splits.validation
    recipe = try command.recipe.chosen(insteadOf: training.imageShape == nil ? .photographs : .quick)
    let options = command.preprocessing
    preprocessing = { try options.chosen(for: $0, from: nil, on: training) }
    let recorded = plan.recorded
    try await command.engine.apply(recorded?.threads)
    precision = try await command.engine.chosenPrecision(recorded?.precision)
    policy = command.checkpoints.policy
    recordings = command.checkpoints.recordings
    loaderThreads = command.loader.loaderThreads
    memoryLimit = command.memory.memoryLimit
    progress = command.progress
    isQuiet = command.json
  }

  /// Trains what is not trained yet.
  func train() async throws -> Comparison {
    let done = plan.runs.count(where: plan.isDone)
    say(
      "\(plan.runs.count) \(plan.runs.count == 1 ? "run" : "runs") of \(recipe.length) (\(recipe.name)) on "
        + "\(training.name), in \(precision.rawValue)" + (done > 0 ? "; \(done) already done" : ""))
    return try await plan.train(
      data: source, checkpoints: policy, trainer: { try trainer($0, $1) }, train: { try await train($0, $1) },
      note: { stage.note($0) })
  }

  private func trainer(_ run: ComparisonPlan.Run, _ folder: RunFolder) throws -> Trainer {
    try Trainer(
      run.architecture, on: training, test: test, recipe: recipe, preprocessing: preprocessing(run.architecture),
      seed: run.seed, loaderThreads: loaderThreads, memoryLimit: memoryLimit, precision: precision,
      recording: recordings.union(folder.recorded?.recordings ?? []), keptIn: folder,
      progress: { [stage] step in stage.reporter.withLock { $0 }?.show(step) }, note: { [stage] in stage.note($0) })
  }

  private func train(_ run: ComparisonPlan.Run, _ trainer: Trainer) async throws {
    let reporter = ProgressReporter(
      progress,
      RunProgress(stepsPerEpoch: (training.count - 1) / recipe.batch + 1, testImages: test?.count ?? 0))
    stage.reporter.withLock { $0 = reporter }
    defer {
      stage.reporter.withLock { $0 = nil }
      reporter.finish()
    }
    let number = (plan.runs.firstIndex(of: run) ?? 0) + 1
    reporter.note("run \(number) of \(plan.runs.count): \(run.architecture.name), seed \(run.seed)")
    try await trainer.prepare()
    try await trainer.train(showing: reporter, toGoOn: "the same command again")
    reporter.finish()
    guard let last = await trainer.history.last else { return }
    let tested = last.evaluation.map { ", test error \(percent($0.topOneError))" } ?? ""
    say(
      "\(run.architecture.name), seed \(run.seed): training error \(percent(last.trainingError))\(tested), "
        + clockTime(reporter.seconds))
  }

  private func say(_ line: String) { if !isQuiet { Terminal.print(line) } }
}
