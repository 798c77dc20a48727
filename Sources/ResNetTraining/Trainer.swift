import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels
import Synchronization

/// Trains a network on labelled images.
///
/// ```swift
/// let cifar = try CIFAR10(at: "data/cifar-10-batches-bin")
/// let trainer = try Trainer(.cifar(depth: 20), on: cifar.training, test: cifar.test, recipe: .he2015)
/// for try await epoch in trainer.epochs { print(epoch) }
/// try trainer.model.write(to: "resnet20.safetensors")
/// ```
///
/// Equal arguments and equal numbers of engine threads on the same kind of processor give the same bits.
@EngineActor
public final class Trainer {
  /// How it trains.
  public nonisolated let recipe: Recipe
  /// What initial weights, order and augmentation are drawn from.
  public nonisolated let seed: UInt64
  /// The number of steps of the whole run.
  public nonisolated let steps: Int
  /// The number of epochs of the whole run; the last may be cut short.
  public nonisolated let epochCount: Int

  /// How activations, their gradients and packed weights are stored; see `Precision`.
  public nonisolated let precision: Precision

  /// What is done to images, where it was not measured on them.
  nonisolated let statedPreprocessing: Preprocessing?
  /// What it does to layers and classes beyond the recipe.
  public nonisolated let fineTuning: FineTuning
  /// What was taken over from the model that it begins with, where it begins with one.
  public nonisolated let takeover: Model.Takeover?
  /// How many of the network's values learn.
  public nonisolated let learnedCount: Int
  /// `Model.contentHash()` of the model as the run begins with it, where it begins with another's numbers.
  nonisolated let startHash: String?
  /// What a step of training does.
  nonisolated let purpose: Purpose
  nonisolated let learningRateScales: [String: Double]
  /// What an image of each class counts in the loss; 1 if `nil`.
  nonisolated let classWeights: [Float]?

  nonisolated let training: Loader
  nonisolated let test: Loader?
  /// The most memory that the process is to hold, in bytes; as much as the run takes if `nil`.
  public nonisolated let memoryLimit: Int?
  /// What the run writes down beside its history.
  public nonisolated let recordings: Set<Recording>
  /// Where the run is kept, if it is.
  public nonisolated let folder: RunFolder?

  nonisolated let progress: (@Sendable (TrainingProgress) -> Void)?
  nonisolated let note: @Sendable (String) -> Void
  private nonisolated let latest: Mutex<Model>
  private(set) var session: TrainingSession?

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - architecture: the network; it takes the shape of the images and the number of classes from the data.
  ///   - dataSet: the images to train on.
  ///   - test: images to test the model on after every epoch.
  ///   - recipe: how to train.
  ///   - source: the model whose numbers and preprocessing the run begins with; its last layer is made new where the data's
  ///     classes are others. The run begins with random numbers if `nil`.
  ///   - fineTuning: which layers learn and how fast, and what classes count.
  ///   - preprocessing: how images become numbers; if `nil`, that of `source` (pictures are resized to its input where it
  ///     does not say how), else measured on the training images after the recipe, or of pictures
  ///     `.photographs(for: architecture)`.
  ///   - seed: what initial weights, order and augmentation are drawn from.
  ///   - loaderThreads: threads that prepare batches, which change the speed alone; `dataSet.usualLoaderThreads` if `nil`.
  ///   - memoryLimit: the most memory that the process is to hold, in bytes: where activations would take more, they are
  ///     computed twice. It changes the speed alone.
  ///   - precision: how activations and packed weights are stored.
  ///   - recordings: what to write down beside the history, in a folder that keeps the run; it changes no bit of the run.
  ///   - folder: where the run is kept, so that it can go on if it is interrupted; nowhere if `nil`.
  ///   - progress: called after every step, on the engine's thread.
  ///   - note: called with whatever the person who started the run should know, as a sentence without a full stop.
  /// - Throws: `ResNetError` of code `usage` where the recipe makes no sense, the precision has no gradients, the batch is
  ///   larger than the data, the network cannot be made for such images, or lacks a layer that is named; `data` where the
  ///   test images do not fit the training images, or `source` fits neither the images nor, but for its last layer, the
  ///   network.
  public nonisolated init(
    _ architecture: Architecture, on dataSet: DataSet, test: DataSet? = nil, recipe: Recipe = .quick,
    from source: Model? = nil, fineTuning: FineTuning = FineTuning(), preprocessing: Preprocessing? = nil,
    seed: UInt64 = 0, loaderThreads: Int? = nil,
    memoryLimit: Int? = nil, precision: Precision = .float32, recording recordings: Set<Recording> = [],
    keptIn folder: RunFolder? = nil,
    progress: (@Sendable (TrainingProgress) -> Void)? = nil, note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    try recipe.validate()
    guard precision != .int8 else {
      throw ResNetError(.usage, "integers of 8 bits have no gradients", remedy: "Train in f32 or bf16")
    }
    if let test { try Self.check(test, fits: dataSet) }
    statedPreprocessing = try Self.statedPreprocessing(architecture, dataSet, source, preprocessing)
    let (model, takeover) = try Self.start(architecture, dataSet, recipe, source, statedPreprocessing, seed: seed)
    try fineTuning.check(model.graph)
    self.fineTuning = fineTuning
    self.takeover = takeover
    startHash = try takeover == nil ? nil : model.contentHash()
    latest = Mutex(model)
    let graph = model.graph
    let classWeights =
      fineTuning.classWeights
      ?? recipe.classWeights.weights(labels: dataSet.labels, classes: dataSet.classCount)
    self.classWeights = classWeights?.map { Float($0) }
    let firstModule = fineTuning.freezeUntil.map { graph.module($0) }
    var purpose = try firstModule.map { try Purpose.training(from: $0, of: graph) } ?? .training
    if classWeights != nil || recipe.augmentation.mixes { purpose.seed = .weightedCrossEntropy }
    self.purpose = purpose
    learnedCount = try firstModule.map { try graph.learnedCount(from: $0) } ?? graph.parameterCount
    learningRateScales = Dictionary(
      fineTuning.learningRateScales.map { (graph.module($0.key), $0.value) }
    ) { first, _ in first }
    let preprocessing = model.preprocessing
    let threads = loaderThreads ?? dataSet.usualLoaderThreads
    self.recipe = recipe
    self.seed = seed
    self.memoryLimit = memoryLimit
    self.precision = precision
    self.recordings = recordings
    self.folder = folder
    self.progress = progress
    self.note = note
    training = try Loader(
      dataSet, preprocessing: preprocessing, augmentation: recipe.augmentation, batchSize: recipe.batch,
      order: recipe.sampling == .balanced ? .balanced : .shuffled, seed: seed, threads: threads, input: model.input)
    self.test = try test.map {
      try Loader(
        $0, preprocessing: preprocessing, batchSize: recipe.batch, order: .sequential, seed: seed, threads: threads,
        input: model.input)
    }
    steps = try recipe.steps(batchesPerEpoch: training.batchesPerEpoch)
    epochCount = (steps + training.batchesPerEpoch - 1) / training.batchesPerEpoch
  }

  /// What is done to images, where it is not measured on them.
  private nonisolated static func statedPreprocessing(
    _ architecture: Architecture, _ dataSet: DataSet, _ source: Model?, _ preprocessing: Preprocessing?
  ) throws -> Preprocessing? {
    if preprocessing != nil || dataSet.imageShape != nil { return preprocessing }
    return try source.map { $0.preprocessing(for: dataSet) } ?? .photographs(for: architecture)
  }

  /// The model as it begins, and what it has from another one.
  private nonisolated static func start(
    _ architecture: Architecture, _ dataSet: DataSet, _ recipe: Recipe, _ source: Model?,
    _ preprocessing: Preprocessing?, seed: UInt64
  ) throws -> (Model, Model.Takeover?) {
    let input = dataSet.imageShape ?? preprocessing?.outputShape ?? source?.input ?? architecture.input
    if let source {
      return try source.adapted(
        to: architecture, input: input, classes: dataSet.classNames, preprocessing: preprocessing, seed: seed)
    }
    let preprocessing =
      try preprocessing
      ?? (recipe.normalization == .perPixel ? .perPixel(of: dataSet) : .perChannel(of: dataSet))
    let model = try Model(
      architecture: architecture, input: input, classes: dataSet.classNames, preprocessing: preprocessing, seed: seed)
    return (model, nil)
  }

  /// The model as it was after the last whole epoch, or where the run was taken up again; before the first, as it begins.
  public nonisolated var model: Model { latest.withLock { $0 } }

  /// Compiles what the run needs and goes to where it is to begin, unless that is done already; the first epoch does so
  /// by itself.
  ///
  /// - Throws: `ResNetError` of code `usage` where a batch would be normalised by a single value, or the run in the folder
  ///   is another one; `unavailable` where oneDNN or memory is missing or the memory limit is too small; `data` and `inputOutput` where the folder cannot be
  ///   read or written to.
  public func prepare() throws {
    guard session == nil else { return }
    #if DEBUG
      note("this is a debug build, many times slower than one made with 'swift build -c release'")
    #endif
    if let advice = recipe.advice { note(advice) }
    if recipe.normalization == .perPixel, takeover == nil, training.dataSet.imageShape == nil {
      note("the recipe subtracts a mean image, which pictures do not have: each channel's mean is subtracted instead")
    }
    let made = try TrainingSession(self)
    if made.memory.recomputedLayers > 0 {
      note("to stay within the memory limit, each step computes twice \(made.memory.recomputation)")
    }
    if let folder {
      let threads = try Engine.threads()
      let found = try folder.find(self, threads: threads)
      // Nothing is written before all fits.
      if let state = found?.state {
        try made.restore(state)
        try keep(state.parameters)
      }
      try folder.begin(self, threads: threads, from: found)
      if made.isFinished {
        try folder.update(made.progress, state: .finished)
        note("all \(steps) steps of this run are made; --extend with more --epochs trains on")
      }
    }
    session = made
  }

  /// The epochs that are done, those of earlier sittings too.
  public var history: [EpochReport] { session?.progress.history ?? [] }

  /// Steps that are done.
  public var step: Int { session?.progress.step ?? 0 }

  /// Trains for the next epoch; `nil` where the run has ended.
  func nextEpoch() throws -> EpochReport? {
    try prepare()
    return try session?.nextEpoch()
  }

  /// Tells which files of pictures could not be read, where the run went on without them.
  nonisolated func noteBrokenPictures() {
    for text in DataSet.notesOnBroken(in: [training, test].compactMap { $0?.dataSet }) { note(text) }
  }

  /// Makes parameters those of `model`.
  @discardableResult
  func keep(_ parameters: [String: Tensor]) throws -> Model {
    let old = model
    let new = try Model(
      architecture: old.architecture, input: old.input, classes: old.classes, preprocessing: old.preprocessing,
      parameters: parameters)
    latest.withLock { $0 = new }
    return new
  }

  private nonisolated static func check(_ test: DataSet, fits training: DataSet) throws {
    guard test.imageShape == training.imageShape else {
      let (own, other) = (training.imageShape, test.imageShape)
      throw ResNetError(
        .data,
        "\(other.map { "images of \($0)" } ?? "pictures") cannot test a network for "
          + "\(own.map { "images of \($0)" } ?? "pictures")",
        at: test.name, remedy: "Use test images of the same size")
    }
    guard test.classCount == training.classCount else {
      throw ResNetError(
        .data, "\(test.classCount) classes cannot test a network of \(training.classCount) classes", at: test.name,
        remedy: "Use test images of the same classes")
    }
  }
}
