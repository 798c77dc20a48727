import ArgumentParser
import ResNet
import ResNetCore

/// Which run: a new one, or one that is to go on.
struct RunOptions: ParsableArguments {
  @Option(help: "A network such as resnet20 ('resnet networks' lists them), or a JSON file.", completion: .networks)
  var network: String?

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @Option(
    help: ArgumentHelp("The folder to keep the run in; it is made if need be.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Training images to hold out and test on; the test images are then used once, at the end.", valueName: "images"))
  var validation: Int?

  @Option(help: ArgumentHelp("What weights, order and augmentation are drawn from (default: 0).", valueName: "number"))
  var seed: UInt64?
}

/// How a run is kept, and how it goes on.
struct KeepingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Go on with the run in a folder, as if it had never stopped.", valueName: "folder"),
    completion: .directory)
  var resume: String?

  @Flag(help: "With --resume: let the run last longer than it was to.")
  var extend = false

  @Flag(help: "With --resume: let other options differ from before too.")
  var override = false

  @OptionGroup var checkpoints: CheckpointOptions

  var policy: CheckpointPolicy { checkpoints.policy }

  var change: RunFolder.Change { override ? .anything : extend ? .longer : .none }
}

/// When a run keeps its state, and what else it writes down.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the run's state every so many steps (200) or so much time (30s, 5m, 1h).", valueName: "interval"))
  var checkpointEvery = CheckpointPolicy().interval

  @Option(help: ArgumentHelp("How many checkpoints stay, the newest ones.", valueName: "number"))
  var keep = CheckpointPolicy().keep

  @Option(
    help: ArgumentHelp(
      "What to write down beside the history: updates of weights, for 'resnet analyze updates'.", valueName: "what"))
  var record: Recording?

  var recordings: Set<Recording> { Set([record].compactMap(\.self)) }

  var policy: CheckpointPolicy { CheckpointPolicy(interval: checkpointEvery, keep: keep) }
}

extension Recording: ExpressibleByArgument {}

extension CheckpointPolicy.Interval: ExpressibleByArgument {
  /// Reads `200`, `30s`, `5m` or `1h`.
  public init?(argument: String) { self.init(argument) }

  /// As it is written on the command line.
  public var defaultValueDescription: String {
    switch self {
    case .steps(let count): "\(count)"
    case .seconds(let seconds): seconds < 60 ? "\(fixed(seconds, 0))s" : "\(fixed(seconds / 60, 0))m"
    }
  }
}
