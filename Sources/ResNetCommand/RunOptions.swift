import ArgumentParser
import ResNet

/// Which run: a new one, or one that is to go on.
struct RunOptions: ParsableArguments {
  @Option(help: "A network such as resnet20; 'resnet networks' lists them.")
  var network: String?

  @Option(help: "A folder of CIFAR or IDX files, or 'generated'.")
  var data: String?

  @Option(help: "The folder to keep the run in.")
  var output: String?

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Option(help: "Training images to hold out and test on; the test images are then used once, at the end.")
  var validation: Int?

  @Option(help: "What weights, order and augmentation are drawn from (default: 0).")
  var seed: UInt64?
}

/// How a run is kept, and how it goes on.
struct KeepingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Go on with the run in a folder, as if it had never stopped.", valueName: "folder"))
  var resume: String?

  @Flag(help: "With --resume: let the run last longer than it was to.")
  var extend = false

  @Flag(help: "With --resume: let other options differ from before too.")
  var override = false

  @Option(help: "Keep the run's state every so many steps (200) or so much time (30s, 5m, 1h).")
  var checkpointEvery = CheckpointPolicy().interval

  @Option(help: "How many checkpoints stay, the newest ones.")
  var keep = CheckpointPolicy().keep

  var policy: CheckpointPolicy { CheckpointPolicy(interval: checkpointEvery, keep: keep) }

  var change: RunFolder.Change { override ? .anything : extend ? .longer : .none }
}

extension CheckpointPolicy.Interval: ExpressibleByArgument {
  /// Reads `200`, `30s`, `5m` or `1h`.
  public init?(argument: String) { self.init(argument) }

  /// As it is written on the command line.
  public var defaultValueDescription: String { description }
}
