import ArgumentParser
import Foundation
import ResNet
import Synchronization

/// `resnet compare`: trains networks alike, and says whether depth and shortcuts help.
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train networks alike, and see whether depth and shortcuts help.",
    usage: """
      resnet compare <network> ... --data <data> --output <folder> [<options>]
      resnet compare <run> ... --output <folder>
      """,
    discussion: """
      Every network is trained with each seed in turn, each in the folder of a run
      below --output. The same command started again goes on where it stopped.

        resnet compare plain20 plain56 resnet20 resnet56 \\
          --data cifar-10-batches-bin --output runs/degradation
        resnet compare plain8 plain20 resnet8 resnet20 --data generated \\
          --epochs 5 --seeds 2 --output runs/small
        resnet compare runs/p20 runs/r20 --output runs/pair

      Finished runs are compared as they are. In the folder: comparison.svg
      (training and test error by iteration), comparison-depth.svg (the errors at
      the end by the number of layers), comparison-gap.svg (test error less training
      error), comparison.csv and comparison.txt, which holds the verdict and says
      what exactly is measured. 'resnet report' makes a page of all.
      """)

  @Argument(
    help: ArgumentHelp(
      "Networks such as plain20 ('resnet networks' lists them), JSON files, or folders of finished runs.",
      valueName: "network"), completion: .networks)
  var networks: [String]

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @Option(
    help: ArgumentHelp("The folder for runs, figures and table; it is made if need be.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("How many seeds each network is trained with: 0, 1 and so on.", valueName: "number"))
  var seeds = 3

  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var loader: LoaderThreadsOption
  @OptionGroup var engine: EngineOptions
  @OptionGroup var memory: MemoryOption

  @Option(
    help: ArgumentHelp(
      "How to show progress: on a terminal auto is a display that renews itself, else plain lines.", valueName: "form"))
  var progress = ProgressOption.auto

  @Flag(help: "Print the comparison as JSON.")
  var json = false

  func run() async throws {
    let plan = try ComparisonPlan(
      networks.filter { !Self.isRun($0) }.map { try Architecture(argument: $0) }, seeds: seeds, in: output,
      finished: networks.filter(Self.isRun))
    if plan.runs.isEmpty {
      let comparison = try plan.comparison()
      try show(comparison, files: comparison.write(to: output))
      return
    }
    guard let data else { throw ValidationError("Networks are trained on something: --data is missing.") }
    let training = try await ComparisonTraining(self, plan, data: data)
    let (comparison, signal) = try await Interruption.watch { try await training.train() }
    if let signal { throw ExitCode(128 + signal) }
    guard let comparison else { return }
    try show(comparison, files: comparison.write(to: output))
  }

  private func show(_ comparison: Comparison, files: [String]) throws {
    guard !json else { return Terminal.print(try encoded(comparison.report)) }
    Terminal.print(comparison.summary.aligned)
    Terminal.print("")
    Terminal.print(wrapped(comparison.verdict.text))
    Terminal.print("")
    for file in files { Terminal.print("  \(file)") }
  }

  /// Whether an argument is the folder of a run: a network's name is none, even where a folder is called the same.
  private static func isRun(_ argument: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) && isFolder.boolValue
      && RunFolder.isBegun(argument)
  }
}
