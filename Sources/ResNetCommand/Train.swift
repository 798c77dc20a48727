import ArgumentParser
import Foundation
import ResNet

/// `resnet train`: trains a network and keeps the run in a folder.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Train a network on images.")

  @Option(help: "A network such as resnet20; 'resnet networks' lists them.")
  var network: String

  @Option(help: "A folder of CIFAR or IDX files, or 'generated'.")
  var data: String

  @Option(help: "The folder to keep the run in.")
  var output: String

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup(title: "Network") var options: NetworkOptions

  @Option(help: "Training images to hold out and test on; the test images are then used once, at the end.")
  var validation: Int?

  @Option(help: "What weights, order and augmentation are drawn from.")
  var seed: UInt64 = 0

  @Option(help: "Threads that prepare images; they change the speed alone.")
  var loaderThreads = 1

  @OptionGroup var engine: EngineOptions

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Flag(help: "Print JSON: one line an epoch.")
  var json = false

  func run() async throws {
    let architecture = try options.architecture(network)
    let recipe = try recipe.chosen()
    let splits = try DataSet.open(data)
    let (training, test) = try split(splits)

    let timer = TrainingTimer()
    let trainer = try Trainer(
      architecture, on: training, test: test, recipe: recipe, seed: seed, loaderThreads: loaderThreads,
      progress: { timer.show($0) })
    let folder = try RunFolder(output, overwrite: overwrite)
    let threads = try await engine.apply()
    try await trainer.prepare()
    try folder.begin(trainer, data: data, threads: threads)

    if !json { Terminal.print(heading(trainer, training: training, test: test, threads: threads)) }
    let label = validation == nil ? "test" : "validation"
    for try await epoch in trainer.epochs {
      try folder.save(epoch, trainer.model)
      Terminal.print(json ? try encoded(epoch) : line(epoch, of: trainer.steps, label: label, timer))
    }
    let last = try await finalEvaluation(trainer, splits.test)
    try folder.finish(last)
    if let last, !json { Terminal.print("\(trainer.model.architecture.name) on \(last)") }
    if !json { Terminal.print("\(folder.path) holds the model; \(clockTime(timer.seconds)) in all") }
  }

  /// What to train on, and what to test on after every epoch.
  private func split(_ splits: DataSplits) throws -> (training: DataSet, test: DataSet?) {
    let training = try splits.requireTraining()
    guard let validation else { return (training, splits.test) }
    let parts = try training.split(validation: validation, seed: seed)
    return (parts.training, parts.validation)
  }

  /// With images held out, the test set is used this once.
  private func finalEvaluation(_ trainer: Trainer, _ test: DataSet?) async throws -> EvaluationSummary? {
    guard let test, validation != nil else { return nil }
    return try await Evaluator(trainer.model, batch: trainer.recipe.batch).evaluate(on: test).summary
  }

  private func heading(_ trainer: Trainer, training: DataSet, test: DataSet?, threads: Int) -> String {
    let parameters = trainer.model.graph.parameterCount
    return "\(trainer.model.architecture.name) (\(parameters) parameters) on \(training.name) "
      + "(\(training.count) images)"
      + (test.map { ", tested on \($0.name) (\($0.count))" } ?? "")
      + "\n\(trainer.recipe.name): \(trainer.recipe.length), \(trainer.steps) steps of \(trainer.recipe.batch) images, "
      + "seed \(seed), \(threads) \(threads == 1 ? "thread" : "threads")"
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
