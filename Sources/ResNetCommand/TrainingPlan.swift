import ArgumentParser
import ResNet

/// All that a run begins with, new or taken up again.
struct TrainingPlan: Sendable {
  let architecture: Architecture
  /// The model to begin with.
  let source: Model?
  /// Where that model is, as it was given.
  let sourcePlace: String?
  let fineTuning: FineTuning
  let recipe: Recipe
  let seed: UInt64
  /// The engine's threads, where they are told.
  let threads: Int?
  /// The kind of numbers, where it is told.
  let precision: Precision?
  /// The most memory of the process, in bytes, where there is a limit.
  let memoryLimit: Int?
  let training: DataSet
  /// What is done to images, where it is told; else it is measured on them, or of pictures the usual.
  let preprocessing: Preprocessing?
  /// What is tested on after every epoch.
  let test: DataSet?
  /// What is tested on once, at the end, where images were held out.
  let finalTest: DataSet?
  /// Where it is kept; nowhere where only its cost is asked for.
  let folder: RunFolder?
  /// What it writes down beside its history.
  let recordings: Set<Recording>
  /// Steps that lie behind it already, where only its cost is asked for.
  let step: Int

  /// A plan for what the command line says.
  ///
  /// - Parameter isTrial: whether nothing is to be written.
  init(_ command: Train, isTrial: Bool) throws {
    if let path = command.keeping.resume {
      try self.init(command, resuming: path)
    } else {
      try self.init(beginning: command, isTrial: isTrial)
    }
  }

  private init(beginning command: Train, isTrial: Bool) throws {
    if isTrial, let output = command.run.output { try RunFolder.check(output, overwrite: command.run.overwrite) }
    let (network, data, output) = (command.run.network ?? "", command.run.data ?? "", command.run.output ?? "")
    source = try command.fineTuning.model()
    sourcePlace = command.fineTuning.from
    architecture =
      if let source, command.run.network == nil {
        try command.options.varied(source.architecture)
      } else {
        try command.options.architecture(network)
      }
    seed = command.run.seed ?? 0
    threads = command.engine.threads
    precision = command.engine.precision.precision
    memoryLimit = command.memory.memoryLimit
    recordings = command.keeping.checkpoints.recordings
    step = 0
    let splits = try command.pictures.open(data)
    (training, test, finalTest) = try splits.parts(validation: command.run.validation, seed: seed)
    let usual: Recipe = source != nil ? .fineTune : training.imageShape == nil ? .photographs : .quick
    recipe = command.fineTuning.varied(try command.recipe.chosen(insteadOf: usual))
    preprocessing = try command.preprocessing.chosen(for: architecture, from: source, on: training)
    fineTuning = try command.fineTuning.chosen(from: nil, classes: training.classNames)
    folder =
      isTrial
      ? nil
      : try RunFolder(
        output, data: data, validation: command.run.validation, from: sourcePlace, overwrite: command.run.overwrite,
        checkpoints: command.keeping.policy)
  }

  private init(_ command: Train, resuming path: String) throws {
    let given =
      command.options.isGiven
      ? "the network's options"
      : (command.fineTuning.from == nil ? command.run.whatMakesANewRun : "--from") ?? command.preprocessing.names.first
        ?? command.pictures.names.first { $0 != "--broken" }
    if let given {
      throw ResNetError(
        .usage, "\(given) cannot be given with --resume", at: path, remedy: "Leave it away: the run keeps its own")
    }
    let folder = try RunFolder(
      resuming: path, change: command.keeping.change, data: command.run.data, checkpoints: command.keeping.policy)
    guard let record = folder.recorded else { preconditionFailure("a run that is taken up again has a record") }
    architecture = record.architecture
    source = try folder.startingModel()
    sourcePlace = record.from?.place
    recipe = command.fineTuning.varied(try command.recipe.chosen(insteadOf: record.recipe))
    seed = record.seed
    threads = command.engine.threads ?? record.threads
    precision = command.engine.precision.precision ?? record.precision
    memoryLimit = command.memory.memoryLimit ?? record.memoryLimit
    recordings = Set(record.recordings ?? []).union(command.keeping.checkpoints.recordings)
    step = command.dryRun ? try RunFolder.soundStep(in: path) : 0
    var options = record.data.pictures ?? ImageFolderOptions()
    if let broken = command.pictures.broken { options.broken = broken }
    let splits = try DataSet.open(folder.source, pictures: options)
    (training, test, finalTest) = try splits.parts(validation: record.data.validation, seed: seed)
    preprocessing = try record.preprocessing.map { try Preprocessing($0, meanImage: nil) }
    fineTuning = try command.fineTuning.chosen(from: record.fineTuning, classes: training.classNames)
    self.folder = folder
  }
}

extension TrainingPlan {
  /// Whether images are files of pictures.
  var isOfPictures: Bool { training.imageShape == nil }

  /// What the images are called that every epoch is tested on.
  var label: String { finalTest == nil ? "test" : "validation" }

  /// What is known of its progress before it begins.
  var progress: RunProgress {
    RunProgress(
      stepsPerEpoch: (training.count - 1) / recipe.batch + 1, testImages: test?.count ?? 0,
      finalImages: finalTest?.count ?? 0, label: label)
  }
}

extension RunOptions {
  /// The first option that only a new run can have.
  fileprivate var whatMakesANewRun: String? {
    let given = [
      ("--network", network != nil), ("--output", output != nil), ("--validation", validation != nil),
      ("--seed", seed != nil), ("--overwrite", overwrite),
    ]
    return given.first { $0.1 }?.0
  }
}
