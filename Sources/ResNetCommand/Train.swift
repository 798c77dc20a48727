import ArgumentParser
import Foundation
import ResNet

/// `resnet train`: trains a network and keeps the run in a folder.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on images.",
    usage: """
      resnet train --network <network> --data <data> --output <folder>
        [<options>]
      resnet train --from <model> --data <data> --output <folder> [<options>]
      resnet train --resume <folder> [<options>]
      """,
    discussion: """
      The run is kept in a folder: model.safetensors after the last epoch and
      best.safetensors after the best one, history.csv and curves.svg, TensorBoard
      events, run.json with all that repeats it, and checkpoints. The same options
      give the same bits, however often the run was interrupted on the way.

        resnet train --network resnet20 --data generated --output runs/first
        resnet train --network resnet20 --data cifar-10-batches-bin \\
          --recipe he2015 --output runs/r20 --dry-run
        resnet train --network plain56 --data cifar-10-batches-bin \\
          --epochs 10 --validation 5000 --output runs/plain56
        resnet train --resume runs/plain56
        resnet train --resume runs/plain56 --extend --epochs 20
        resnet train --from runs/r20 --data cifar-100-binary --freeze-until layer3 \\
          --output runs/tuned
        resnet train --network resnet20 --data generated --output runs/log \\
          --progress json 2> progress.jsonl

      --data takes a folder of photographs too, with train and test (or val) and in
      them a folder for each class; 'resnet check-data' looks it over first.

        resnet train --network resnet18 --data photos --size 128 \\
          --output runs/photos

      Results are on standard output: a line for each epoch. Progress is on
      standard error, with the time left for the whole run. Ctrl-C ends the run
      after its step and keeps it; a second Ctrl-C ends it at once.
      """)

  @OptionGroup var run: RunOptions
  @OptionGroup var keeping: KeepingOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var fineTuning: FineTuningOptions
  @OptionGroup var options: NetworkOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var loader: LoaderThreadsOption
  @OptionGroup var engine: EngineOptions
  @OptionGroup var memory: MemoryOption

  @Flag(help: "Say what the run will cost, and write nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "How to show progress: on a terminal auto is a display that renews itself, else plain lines.", valueName: "form"))
  var progress = ProgressOption.auto

  @Flag(help: "Print the results as JSON: one line an epoch.")
  var json = false

  /// Refuses what is neither a new run nor an old one; not earlier, since a misspelt option is the better explanation.
  private func checkOptions() throws {
    guard keeping.resume == nil else { return }
    let missing = [
      ("--network", run.network == nil && fineTuning.from == nil), ("--data", run.data == nil),
      ("--output", run.output == nil && !dryRun),
    ].filter(\.1).map(\.0)
    guard missing.isEmpty else {
      throw ValidationError(
        "A new run needs \(missing.joined(separator: " and ")); an old one goes on with --resume. "
          + "See 'resnet train --help' for more information.")
    }
  }

  func run() async throws {
    try checkOptions()
    let plan = try TrainingPlan(self, isTrial: dryRun)
    let threads = try await engine.apply(plan.threads)
    let precision = try await engine.chosenPrecision(plan.precision)
    let (_, signal) = try await Interruption.watch {
      if dryRun {
        try await foretell(plan, threads, precision)
      } else {
        try await train(plan, threads, precision)
      }
    }
    guard let signal else { return }
    throw ExitCode(128 + signal)
  }

  private func foretell(_ plan: TrainingPlan, _ threads: Int, _ precision: Precision) async throws {
    let trainer = try trainer(plan, precision, nil)
    let estimate = try await trainer.estimate(from: plan.step, keeping: keeping.policy, measuringFor: 10)
    if !json { Terminal.print(heading(trainer, plan, threads)) }
    Terminal.print(json ? try encoded(estimate) : estimate.table)
  }

  private func train(_ plan: TrainingPlan, _ threads: Int, _ precision: Precision) async throws {
    let reporter = ProgressReporter(progress, plan.progress)
    defer { reporter.finish() }
    if plan.isOfPictures, plan.preprocessing == nil, let note = plan.source?.noteOnResizing {
      reporter.note("note: the model that is begun with \(note)")
    }
    let trainer = try trainer(plan, precision, reporter)
    if plan.test == nil, plan.folder?.recorded == nil {
      let (count, part) = (plan.training.count, max(1, plan.training.count / 10))
      reporter.note(
        "note: there are no test images, so how good the model is on new ones stays unknown; --validation "
          + "\(part) would hold out \(part) of the \(count)")
    }
    try await trainer.prepare()
    let step = await trainer.step
    let estimate = try await trainer.estimate(from: step, keeping: keeping.policy, measuringFor: 1)
    if !json {
      Terminal.print(heading(trainer, plan, threads) + (step > 0 ? "\ngoing on after step \(step)" : ""))
      Terminal.print(estimate.line)
    }
    try await trainer.train(
      showing: reporter, toGoOn: plan.folder.map { "resnet train --resume \($0.path)" }
    ) { epoch in
      Terminal.print(json ? try encoded(epoch) : epoch.line(testedOn: plan.label))
    }
    if let test = plan.finalTest {
      // With images held out, the test set is used this once.
      let evaluation = try await evaluate(trainer, on: test)
      try await plan.folder?.add(evaluation.summary)
      if !json, !plan.isOfPictures { Terminal.print("\(trainer.model.architecture.name) on \(evaluation.summary)") }
      for text in DataSet.notesOnBroken(in: [test]) { reporter.note("note: \(text)") }
      if !json, plan.isOfPictures { Terminal.print(evaluation.text(model: trainer.model.architecture.name)) }
    } else if !json, plan.isOfPictures, let test = plan.test {
      Terminal.print(try await evaluate(trainer, on: test).text(model: trainer.model.architecture.name))
    }
    reporter.finish()
    if !json, let loading = await trainer.history.loading {
      Terminal.print(
        "preparing images took \(fixed(loading.preparing, 1)) s beside training, which waited "
          + "\(fixed(loading.waiting, 1)) s for them")
    }
    if !json, let folder = plan.folder {
      Terminal.print("\(folder.path) holds the model; \(clockTime(reporter.seconds)) in all")
    }
  }

  private func evaluate(_ trainer: Trainer, on test: DataSet) async throws -> Evaluation {
    try await Evaluator(
      trainer.model, batch: trainer.recipe.batch, loaderThreads: loader.loaderThreads, precision: trainer.precision
    ).evaluate(on: test)
  }

  private func trainer(
    _ plan: TrainingPlan, _ precision: Precision, _ reporter: ProgressReporter?
  ) throws -> Trainer {
    try Trainer(
      plan.architecture, on: plan.training, test: plan.test, recipe: plan.recipe, from: plan.source,
      fineTuning: plan.fineTuning, preprocessing: plan.preprocessing, seed: plan.seed,
      loaderThreads: loader.loaderThreads,
      memoryLimit: plan.memoryLimit,
      precision: precision, recording: plan.recordings, keptIn: plan.folder,
      progress: { reporter?.show($0) },
      note: { note in reporter.map { $0.note("note: \(note)") } ?? Terminal.note("note: \(note)") })
  }

  private func heading(_ trainer: Trainer, _ plan: TrainingPlan, _ threads: Int) -> String {
    let parameters = trainer.model.graph.parameterCount
    let origin = trainer.origin(plan.sourcePlace, isNew: plan.folder?.recorded == nil).map { "\($0)\n" }.joined()
    return "\(trainer.model.architecture.name), \(parameters) parameters\n\(origin)"
      + "trained on \(plan.training.name) (\(counted(plan.training.count, "image")))"
      + (plan.test.map { ", tested on \($0.name) (\($0.count))" } ?? "")
      + "\n\(trainer.recipe.name): \(trainer.recipe.length), \(counted(trainer.steps, "step")) of "
      + "\(counted(trainer.recipe.batch, "image")), "
      + "seed \(plan.seed), \(counted(threads, "thread")), \(trainer.precision.rawValue)"
  }
}
