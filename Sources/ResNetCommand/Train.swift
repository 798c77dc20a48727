import ArgumentParser
import Foundation
import ResNet

/// `resnet train`: trains a network and keeps the run in a folder.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Train a network on images.")

  @OptionGroup var run: RunOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup(title: "Network") var options: NetworkOptions
  @OptionGroup(title: "Keeping and going on") var keeping: KeepingOptions

  @Option(help: "Threads that prepare images; they change the speed alone.")
  var loaderThreads = 1

  @OptionGroup var engine: EngineOptions

  @Flag(help: "Say what the run will cost, and write nothing.")
  var dryRun = false

  @Flag(help: "Print JSON: one line an epoch.")
  var json = false

  func validate() throws {
    guard keeping.resume == nil else { return }
    let missing = [
      ("--network", run.network == nil), ("--data", run.data == nil), ("--output", run.output == nil && !dryRun),
    ].filter(\.1).map(\.0)
    guard missing.isEmpty else {
      throw ValidationError("A new run needs \(missing.joined(separator: " and ")); an old one goes on with --resume.")
    }
  }

  func run() async throws {
    let plan = try TrainingPlan(self, isTrial: dryRun)
    let timer = TrainingTimer()
    let trainer = try Trainer(
      plan.architecture, on: plan.training, test: plan.test, recipe: plan.recipe, seed: plan.seed,
      loaderThreads: loaderThreads, keptIn: plan.folder, progress: { timer.show($0) },
      note: { Terminal.note("note: \($0)") })
    let threads = try await engine.apply(plan.threads)
    let policy = keeping.policy
    let (_, signal) = try await Interruption.watch {
      if !dryRun { try await trainer.prepare() }
      let estimate = try await trainer.estimate(from: plan.step, keeping: policy, measuringFor: dryRun ? 10 : 1)
      if json {
        if dryRun { Terminal.print(try encoded(estimate)) }
      } else {
        Terminal.print(heading(trainer, plan, threads: threads))
        Terminal.print(dryRun ? estimate.table : estimate.line)
      }
      if !dryRun { try await train(trainer, plan, timer) }
    }
    guard let signal else { return }
    if let folder = plan.folder {
      let step = await trainer.step
      Terminal.note(
        "stopped after step \(step) of \(trainer.steps); to go on: resnet train --resume \(folder.path)")
    }
    throw ExitCode(128 + signal)
  }

  private func train(_ trainer: Trainer, _ plan: TrainingPlan, _ timer: TrainingTimer) async throws {
    let label = plan.finalTest == nil ? "test" : "validation"
    timer.begin(step: await trainer.step)
    for try await epoch in trainer.epochs {
      Terminal.print(json ? try encoded(epoch) : line(epoch, of: trainer.steps, label: label, timer))
    }
    if let test = plan.finalTest {
      // With images held out, the test set is used this once.
      let evaluation = try await Evaluator(trainer.model, batch: trainer.recipe.batch).evaluate(on: test)
      try await plan.folder?.add(evaluation.summary)
      if !json { Terminal.print("\(trainer.model.architecture.name) on \(evaluation)") }
    }
    if !json, let folder = plan.folder {
      Terminal.print("\(folder.path) holds the model; \(clockTime(timer.seconds)) in all")
    }
  }

  private func heading(_ trainer: Trainer, _ plan: TrainingPlan, threads: Int) -> String {
    let parameters = trainer.model.graph.parameterCount
    return "\(trainer.model.architecture.name) (\(parameters) parameters) on \(plan.training.name) "
      + "(\(plan.training.count) images)"
      + (plan.test.map { ", tested on \($0.name) (\($0.count))" } ?? "")
      + "\n\(trainer.recipe.name): \(trainer.recipe.length), \(trainer.steps) steps of \(trainer.recipe.batch) images, "
      + "seed \(plan.seed), \(threads) \(threads == 1 ? "thread" : "threads")"
      + (plan.step > 0 ? "\ngoing on after step \(plan.step)" : "")
  }

  private func line(_ epoch: EpochReport, of steps: Int, label: String, _ timer: TrainingTimer) -> String {
    var parts = [
      "epoch \(epoch.epoch)/\(epoch.epochs)", "loss \(fixed(epoch.trainingLoss, 4))",
      "training error \(fixed(epoch.trainingError, 2)) %",
    ]
    if let evaluation = epoch.evaluation { parts.append("\(label) error \(fixed(evaluation.topOneError, 2)) %") }
    parts.append("\(fixed(epoch.imagesPerSecond, 0)) images/s")
    if epoch.epoch < epoch.epochs { parts.append("\(timer.timeLeft(step: epoch.step, of: steps)) left") }
    return parts.joined(separator: " · ")
  }
}
