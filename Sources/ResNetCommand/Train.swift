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
      """,
    discussion: """
      The run is kept in a folder: model.safetensors, history.csv with a line for
      each epoch, and run.json with all that repeats it. The same options give the
      same bits.

        resnet train --network resnet20 --data generated --output runs/first
        resnet train --network resnet20 --data cifar-10-batches-bin \\
          --recipe he2015 --output runs/r20
        resnet train --network plain56 --data cifar-10-batches-bin \\
          --epochs 10 --validation 5000 --output runs/plain56
        resnet train --network resnet20 --data generated --output runs/log \\
          --progress json 2> progress.jsonl

      Results are on standard output: a line for each epoch. Progress is on
      standard error, with the time left for the whole run.
      """)

  @Option(help: "A network such as resnet20; 'resnet networks' lists them.", completion: .networks)
  var network: String

  @Option(help: "A folder of CIFAR or IDX files, or 'generated'.", completion: .directory)
  var data: String

  @Option(
    help: ArgumentHelp("The folder to keep the run in; it is made if need be.", valueName: "folder"),
    completion: .directory)
  var output: String

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var options: NetworkOptions

  @Option(
    help: ArgumentHelp(
      "Training images to hold out and test on; the test images are then used once, at the end.", valueName: "images"))
  var validation: Int?

  @Option(help: ArgumentHelp("What weights, order and augmentation are drawn from.", valueName: "number"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Threads that prepare images; they change the speed alone.", valueName: "number"))
  var loaderThreads = 1

  @OptionGroup var engine: EngineOptions

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "How to show progress: on a terminal auto is a display that renews itself, else plain lines.", valueName: "form"))
  var progress = ProgressOption.auto

  @Flag(help: "Print the results as JSON: one line an epoch.")
  var json = false

  func run() async throws {
    let architecture = try options.architecture(network)
    let recipe = try recipe.chosen()
    let splits = try DataSet.open(data)
    let (training, test) = try split(splits)

    let label = validation == nil ? "test" : "validation"
    let reporter = ProgressReporter(
      progress,
      RunProgress(
        stepsPerEpoch: (training.count - 1) / recipe.batch + 1, testImages: test?.count ?? 0,
        finalImages: validation == nil ? 0 : splits.test?.count ?? 0, label: label))
    defer { reporter.finish() }
    let trainer = try Trainer(
      architecture, on: training, test: test, recipe: recipe, seed: seed, loaderThreads: loaderThreads,
      progress: { reporter.show($0) })
    let folder = try RunFolder(output, overwrite: overwrite)
    let threads = try await engine.apply()
    try await trainer.prepare()
    try folder.begin(trainer, data: data, threads: threads)

    if !json { Terminal.print(heading(trainer, training: training, test: test, threads: threads)) }
    for try await epoch in trainer.epochs {
      try folder.save(epoch, trainer.model)
      reporter.show(epoch)
      let left = epoch.epoch < epoch.epochs ? reporter.timeLeft.map { " · \($0) left" } : nil
      Terminal.print(json ? try encoded(epoch) : epoch.line(testedOn: label) + (left ?? ""))
    }
    let last = try await finalEvaluation(trainer, splits.test)
    try folder.finish(last)
    if let last, !json { Terminal.print("\(trainer.model.architecture.name) on \(last)") }
    if !json { Terminal.print("\(folder.path) holds the model; \(clockTime(reporter.seconds)) in all") }
  }

  /// What to train on, and what to test on after every epoch.
  private func split(_ splits: DataSplits) throws -> (training: DataSet, test: DataSet?) {
    let training = try splits.requireTraining()
    guard let validation else { return (training, splits.test) }
    let parts = try training.split(validation: validation, seed: seed)
    return (parts.training, parts.validation)
  }

  /// With images held out, the test set is used this once.
  private func finalEvaluation(_ trainer: Trainer, _ test: DataSet?) async throws -> Evaluation? {
    guard let test, validation != nil else { return nil }
    return try await Evaluator(trainer.model, batch: trainer.recipe.batch).evaluate(on: test)
  }

  private func heading(_ trainer: Trainer, training: DataSet, test: DataSet?, threads: Int) -> String {
    let parameters = trainer.model.graph.parameterCount
    return "\(trainer.model.architecture.name) (\(parameters) parameters) on \(training.name) "
      + "(\(training.count) images)"
      + (test.map { ", tested on \($0.name) (\($0.count))" } ?? "")
      + "\n\(trainer.recipe.name): \(trainer.recipe.length), \(trainer.steps) steps of \(trainer.recipe.batch) images, "
      + "seed \(seed), \(threads) \(threads == 1 ? "thread" : "threads")"
  }
}
