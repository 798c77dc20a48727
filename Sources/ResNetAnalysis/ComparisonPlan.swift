import Foundation
import ResNetCore
import ResNetEngine
import ResNetModel
import ResNetModels
import ResNetTraining

/// Networks that are to be trained alike, each with each seed, every run in a folder of its own below a common one.
///
/// ```swift
/// let plan = try ComparisonPlan([.cifar(depth: 20, shortcut: .none), .cifar(depth: 20)], seeds: 3, in: "runs/degradation")
/// let comparison = try await plan.train(data: "generated") { run, folder in
///   try Trainer(run.architecture, on: training, test: test, recipe: .quick, seed: run.seed, keptIn: folder)
/// }
/// ```
///
/// What is trained already is kept, and what was interrupted goes on where it stopped.
public struct ComparisonPlan: Sendable {
  /// One run.
  public struct Run: Hashable, Sendable {
    /// Which network.
    public var architecture: Architecture
    /// What its random numbers are drawn from.
    public var seed: UInt64
    /// The folder that it is kept in, as in `runs/degradation/plain20-seed0`.
    public var path: String
  }

  /// The folder of all runs, in which figures and table are written.
  public let folder: String
  /// The runs in the order in which they are trained: every network with the first seed, then with the next.
  public let runs: [Run]
  /// Runs that are finished and are compared as they are.
  public let finished: [String]

  /// Plans the runs; nothing is written.
  ///
  /// - Parameters:
  ///   - networks: which networks are to be trained.
  ///   - seeds: how many seeds each network is trained with: 0, 1 and so on.
  ///   - folder: the folder of all runs.
  ///   - finished: folders of runs that are finished and are compared as they are.
  /// - Throws: `ResNetError` of code `usage` where two networks have the same name, there is nothing to compare or the
  ///   number of seeds makes no sense.
  public init(_ networks: [Architecture], seeds: Int = 3, in folder: String, finished: [String] = []) throws {
    guard (1...1000).contains(seeds) else {
      throw ResNetError(.usage, "\(seeds) seeds are not possible", remedy: "Use 1 to 1000; 3 tell effect from chance")
    }
    guard !networks.isEmpty || !finished.isEmpty else {
      throw ResNetError(.usage, "there is nothing to compare", remedy: "Name networks, or folders of finished runs")
    }
    guard !folder.isEmpty else {
      throw ResNetError(.usage, "the output folder has no name", remedy: "Name a folder such as runs/degradation")
    }
    let names = networks.map { $0.name.replacing("/", with: "-") }
    if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
      throw ResNetError(
        .usage, "two networks are called \(quoted(names[twice]))",
        remedy: "Name each network once, or give one another name in its file")
    }
    self.folder = folder
    self.finished = finished
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    runs = (0..<seeds).flatMap { seed in
      zip(networks, names).map { Run(architecture: $0, seed: UInt64(seed), path: "\(base)\($1)-seed\(seed)") }
    }
  }

  /// What the first run that has begun says of itself: who goes on needs as many threads and the same precision.
  public var recorded: RunRecord? { runs.lazy.compactMap { try? RunFolder.record(of: $0.path) }.first }

  /// Whether a run has made all its steps, or diverged on the way.
  public func isDone(_ run: Run) -> Bool {
    guard let record = try? RunFolder.record(of: run.path) else { return false }
    return record.state == .finished || record.divergedAt != nil
  }

  /// The comparison of all runs that are done.
  ///
  /// - Throws: `ResNetError` of code `usage` where none is; what `Comparison.init` and `Comparison.Run.init(ofRunAt:)` throw.
  public func comparison() throws -> Comparison {
    try Comparison((finished + runs.filter(isDone).map(\.path)).map { try Comparison.Run(ofRunAt: $0) })
  }
}

extension ComparisonPlan {
  /// Trains what is not trained yet, and writes figures and table after every run.
  ///
  /// A run that diverges is a result like any other: the next one begins.
  ///
  /// - Parameters:
  ///   - source: where the data comes from, as it will be given again to go on.
  ///   - policy: when runs keep their state.
  ///   - trainer: makes the trainer of a run that is kept in a folder; all runs must be trained alike.
  ///   - train: trains it to its end.
  ///   - note: called with what the person who compares should know.
  /// - Returns: the comparison of all runs.
  /// - Throws: `ResNetError` of code `usage` where a folder holds another run than it is to, before anything is trained; what
  ///   trainers and run folders throw; `CancellationError`, after which the same call goes on.
  public func train(
    data source: String, checkpoints policy: CheckpointPolicy = CheckpointPolicy(),
    trainer: @Sendable (Run, RunFolder) throws -> Trainer,
    train: @Sendable (Run, Trainer) async throws -> Void = { _, trainer in for try await _ in trainer.epochs {} },
    note: @Sendable (String) -> Void = { _ in }
  ) async throws -> Comparison {
    for path in finished { _ = try Comparison.Run(ofRunAt: path) }
    for run in runs where RunFolder.isBegun(run.path) {
      let folder = try open(run, source, policy)
      try await check(folder, trainer(run, folder))
    }
    for run in runs where !isDone(run) {
      try Task.checkCancellation()
      do {
        try await train(run, trainer(run, open(run, source, policy)))
      } catch let error as ResNetError {
        guard (try? RunFolder.record(of: run.path))?.divergedAt != nil else { throw error }
        note("\(run.architecture.name) with seed \(run.seed) diverged: \(error)")
      }
      try comparison().write(to: folder)
    }
    let comparison = try comparison()
    try comparison.write(to: folder)
    return comparison
  }

  private func open(_ run: Run, _ source: String, _ policy: CheckpointPolicy) throws -> RunFolder {
    if RunFolder.isBegun(run.path) { return try RunFolder(resuming: run.path, data: source, checkpoints: policy) }
    // A process that was killed as it began may have left folders behind, but never a model.
    let hasModel = FileManager.default.fileExists(atPath: run.path + "/" + Model.fileName)
    return try RunFolder(run.path, data: source, overwrite: !hasModel, checkpoints: policy)
  }

  private func check(_ folder: RunFolder, _ trainer: Trainer) async throws {
    do {
      try await folder.check(trainer, threads: EngineActor.run { try Engine.threads() })
    } catch var error as ResNetError where error.code == .usage {
      error.remedy = "Give the options that the comparison began with, or another folder"
      throw error
    }
  }
}
