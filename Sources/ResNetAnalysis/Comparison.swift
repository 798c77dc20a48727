import ResNetCore
import ResNetModels
import ResNetTraining

/// How networks compare that were trained alike, each with one seed or several: whether depth helps, and whether
/// shortcuts do (He et al. 2015, figures 1, 4 and 6).
///
/// ```swift
/// let runs = try ["runs/p20", "runs/p56", "runs/r20", "runs/r56"].map { try Comparison.Run(ofRunAt: $0) }
/// let comparison = try Comparison(runs)
/// print(comparison.verdict.text)
/// try comparison.write(to: "runs/degradation")
/// ```
public struct Comparison: Hashable, Sendable {
  /// A network, and what its runs came to.
  public struct Network: Hashable, Sendable {
    /// What figures and tables call it; no two networks have the same.
    public var name: String
    /// Its runs, in the order of their seeds; at least one.
    public let runs: [Run]
  }

  /// The networks, in the order in which their first runs were given.
  public let networks: [Network]

  /// Puts runs side by side; those of the same network, recipe and images that differ in their seed are runs of one.
  ///
  /// - Throws: `ResNetError` of code `usage` where there are none, the same run is there twice, or they were trained or
  ///   tested on different images.
  public init(_ runs: [Run]) throws {
    guard let first = runs.first else {
      throw ResNetError(.usage, "there is nothing to compare", remedy: "Give at least one run")
    }
    if let other = runs.first(where: { $0.imagesHash != first.imagesHash }) {
      throw ResNetError(
        .usage, "\(other.title) was trained or tested on other images than \(first.title)",
        remedy: "Compare runs on the same data")
    }
    var groups: [[Run]] = []
    for run in runs {
      if let group = groups.firstIndex(where: { $0[0].isAlike(run) }) {
        groups[group].append(run)
      } else {
        groups.append([run])
      }
    }
    for group in groups where Set(group.map(\.seed)).count < group.count {
      throw ResNetError(
        .usage, "two runs of \(group[0].architecture.name) have the same seed", remedy: "Name each run once")
    }
    var names = groups.map(\.[0].architecture.name)
    let isUnique = { Set(names).count == names.count }
    if !isUnique() { names = groups.map { "\($0[0].architecture.name), \($0[0].recipe.name)" } }
    if !isUnique() { names = names.enumerated().map { "\($1) (\($0 + 1))" } }
    networks = zip(names, groups).map { name, group in
      Network(name: name, runs: group.sorted { $0.seed < $1.seed })
    }
  }
}

extension Comparison {
  /// What one run came to.
  public struct Run: Hashable, Sendable {
    /// Which network.
    public var architecture: Architecture
    /// The number of learned values.
    public var parameters: Int
    /// How it was trained.
    public var recipe: Recipe
    /// What its random numbers were drawn from.
    public var seed: UInt64
    /// What the images are called that it was trained on.
    public var images: String
    /// What identifies those images and the ones that it was tested on.
    public var imagesHash: String
    /// Its epochs, first to last.
    public var epochs: [RunCurve.Epoch]
    /// How long it took, in seconds.
    public var seconds: Double
    /// The step at which its numbers were not finite any more, from 1, where that ended it.
    public var divergedAt: Int?

    /// Makes a run of its numbers.
    public init(
      architecture: Architecture, parameters: Int, recipe: Recipe, seed: UInt64, images: String, imagesHash: String,
      epochs: [RunCurve.Epoch], seconds: Double, divergedAt: Int? = nil
    ) {
      self.architecture = architecture
      self.parameters = parameters
      self.recipe = recipe
      self.seed = seed
      self.images = images
      self.imagesHash = imagesHash
      self.epochs = epochs
      self.seconds = seconds
      self.divergedAt = divergedAt
    }

    /// Reads the run in a folder, which has made all its steps or diverged.
    ///
    /// - Throws: `ResNetError` of code `data` where there is none, it is damaged or not finished; `inputOutput` where it
    ///   cannot be read.
    public init(ofRunAt path: String) throws {
      let record = try RunFolder.record(of: path)
      guard record.state == .finished || record.divergedAt != nil else {
        throw ResNetError(
          .data, "the run is not finished: \(record.sittings.last?.lastStep ?? 0) of \(record.steps) steps are made",
          at: path, remedy: "Go on with it: resnet train --resume \(path)")
      }
      self.init(
        architecture: record.architecture, parameters: record.parameters, recipe: record.recipe, seed: record.seed,
        images: record.data.training.name,
        imagesHash: record.data.training.hash + " " + (record.data.test?.hash ?? ""),
        epochs: try RunCurve(ofRunAt: path, name: record.network).epochs, seconds: record.seconds,
        divergedAt: record.divergedAt)
    }

    /// Whether it differs from another in nothing but its seed.
    fileprivate func isAlike(_ other: Run) -> Bool { architecture == other.architecture && recipe == other.recipe }

    fileprivate var title: String { "\(architecture.name) with seed \(seed)" }

    /// The last epoch's value, infinite where the run diverged; `nil` where it was not measured.
    func atEnd(_ value: (RunCurve.Epoch) -> Double?) -> Double? {
      divergedAt == nil ? epochs.last.flatMap(value) : .infinity
    }
  }
}

extension Comparison.Network {
  /// Which network, as the first run says it.
  public var architecture: Architecture { runs[0].architecture }

  /// The number of layers with weights, as the literature counts depth: shortcuts are left out.
  public var layers: Int { architecture.depth }

  /// The error on training images in the last epoch, as they were trained on, in percent.
  public var trainingError: Spread? { atEnd(\.trainingError) }

  /// The error on test images after the last epoch, in percent; `nil` where the runs did not test.
  public var testError: Spread? { isTested ? atEnd(\.testError) : nil }

  /// The least error on training images of any epoch, in percent.
  public var bestTrainingError: Spread? { best(\.trainingError) }

  /// The least error on test images of any epoch, in percent; `nil` where the runs did not test.
  public var bestTestError: Spread? { isTested ? best(\.testError) : nil }

  /// How long a run took, in seconds.
  public var seconds: Spread? { Spread(runs.map(\.seconds)) }

  /// How many runs diverged.
  public var divergedCount: Int { runs.count { $0.divergedAt != nil } }

  private var isTested: Bool { runs.contains { $0.epochs.contains { $0.testError != nil } } }

  private func atEnd(_ value: (RunCurve.Epoch) -> Double?) -> Spread? { Spread(runs.compactMap { $0.atEnd(value) }) }

  private func best(_ value: (RunCurve.Epoch) -> Double?) -> Spread? {
    Spread(runs.map { $0.epochs.compactMap(value).min() ?? .infinity })
  }
}
