import ResNetCore
import ResNetData
import ResNetEngine
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

  nonisolated let training: Loader
  nonisolated let test: Loader?
  nonisolated let progress: (@Sendable (TrainingProgress) -> Void)?
  private nonisolated let latest: Mutex<Model>
  private var session: TrainingSession?

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - architecture: the network; it takes the shape of the images and the number of classes from the data.
  ///   - dataSet: the images to train on.
  ///   - test: images to test the model on after every epoch.
  ///   - recipe: how to train.
  ///   - preprocessing: how bytes become numbers; measured on the training images after the recipe if `nil`.
  ///   - seed: what initial weights, order and augmentation are drawn from.
  ///   - loaderThreads: threads that prepare batches; they change the speed alone.
  ///   - progress: called after every step, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` where the recipe makes no sense, the batch is larger than the data, or the
  ///   network cannot be made for such images; `data` where the test images do not fit the training images.
  public nonisolated init(
    _ architecture: Architecture, on dataSet: DataSet, test: DataSet? = nil, recipe: Recipe = .quick,
    preprocessing: Preprocessing? = nil, seed: UInt64 = 0, loaderThreads: Int = 1,
    progress: (@Sendable (TrainingProgress) -> Void)? = nil
  ) throws {
    try recipe.validate()
    if let test { try Self.check(test, fits: dataSet) }
    let preprocessing =
      try preprocessing
      ?? (recipe.normalization == .perPixel ? .perPixel(of: dataSet) : .perChannel(of: dataSet))
    self.recipe = recipe
    self.seed = seed
    self.progress = progress
    training = try Loader(
      dataSet, preprocessing: preprocessing, augmentation: recipe.augmentation, batchSize: recipe.batch, seed: seed,
      threads: loaderThreads)
    self.test = try test.map {
      try Loader(
        $0, preprocessing: preprocessing, batchSize: recipe.batch, order: .sequential, threads: loaderThreads)
    }
    steps = try recipe.steps(batchesPerEpoch: training.batchesPerEpoch)
    epochCount = (steps + training.batchesPerEpoch - 1) / training.batchesPerEpoch
    latest = Mutex(
      try Model(
        architecture: architecture, input: dataSet.imageShape, classes: dataSet.classNames,
        preprocessing: preprocessing, seed: seed))
  }

  /// The model as it was after the last whole epoch; before the first, as it begins.
  public nonisolated var model: Model { latest.withLock { $0 } }

  /// Compiles what the run needs, unless that is done already; the first epoch does so by itself.
  ///
  /// - Throws: `ResNetError` of code `usage` where a batch would be normalised by a single value, `unavailable` where
  ///   oneDNN or memory is missing.
  public func prepare() throws {
    if session == nil { session = try TrainingSession(self) }
  }

  /// Trains for the next epoch; `nil` where the run has ended.
  func nextEpoch() throws -> EpochReport? {
    try prepare()
    guard let session, let report = try session.nextEpoch() else { return nil }
    let old = model
    let new = try Model(
      architecture: old.architecture, input: old.input, classes: old.classes, preprocessing: old.preprocessing,
      parameters: session.engine.parameters.tensors())
    latest.withLock { $0 = new }
    return report
  }

  private nonisolated static func check(_ test: DataSet, fits training: DataSet) throws {
    guard test.imageShape == training.imageShape else {
      throw ResNetError(
        .data, "images of \(test.imageShape) cannot test a network for images of \(training.imageShape)",
        at: test.name, remedy: "Use test images of the same size")
    }
    guard test.classCount == training.classCount else {
      throw ResNetError(
        .data, "\(test.classCount) classes cannot test a network of \(training.classCount) classes", at: test.name,
        remedy: "Use test images of the same classes")
    }
  }
}
