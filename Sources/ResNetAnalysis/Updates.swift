import ResNetCore
import ResNetTraining

/// How much each layer's weights change in a step, over the course of runs that recorded it: which layers still learn.
///
/// ```swift
/// let trainer = try Trainer(
///   .named("resnet20"), on: training, recipe: .quick, recording: [.updates], keptIn: RunFolder("runs/r20", data: "generated"))
/// for try await epoch in trainer.epochs { print(epoch) }
/// print(try Updates.measure(Subject.read(["runs/r20"])).finding)
/// ```
public struct Updates: View {
  /// One run.
  public struct Run: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// What it recorded.
    public var record: UpdateRecord
  }

  /// The runs, in the order in which they were given.
  public let runs: [Run]

  /// Reads what runs recorded.
  ///
  /// - Parameter subjects: runs that were trained with `Recording.updates`; at least one.
  /// - Throws: `ResNetError` of code `usage` where there is none or one is no run; `data` where one recorded nothing or its
  ///   record is damaged, `inputOutput` where it cannot be read.
  public static func measure(_ subjects: [Subject]) throws -> Updates {
    try requireSubjects(subjects)
    return Updates(
      runs: try subjects.map { subject in
        guard let run = subject.run else {
          throw ResNetError(
            .usage, "a file does not tell how its weights changed", at: subject.name,
            remedy: "Give the folder of a run that was trained with --record updates")
        }
        let record = try UpdateRecord(ofRunAt: run)
        guard !record.steps.isEmpty, !record.layers.isEmpty else {
          throw ResNetError(
            .data, "the run has not recorded any step yet", at: run, remedy: "Let it train for an epoch")
        }
        return Run(name: subject.name, record: record)
      })
  }
}

extension Updates.Run {
  /// A stretch of the record, with what each layer's ‖ΔW‖/‖W‖ was in it: the mean, or not a number where it has none.
  private func means(_ steps: some Sequence<UpdateRecord.Step>) -> [Double] {
    record.layers.indices.map { layer in
      let ratios = steps.map { $0.ratio(layer) }.filter(\.isFinite)
      return ratios.isEmpty ? .nan : ratios.reduce(0, +) / Double(ratios.count)
    }
  }

  /// How many steps a third of the record is.
  private var third: Int { max(1, record.steps.count / 3) }

  /// The mean ‖ΔW‖/‖W‖ of each layer in the first third of the record.
  var beginning: [Double] { means(record.steps.prefix(third)) }

  /// The same in the last third.
  var end: [Double] { means(record.steps.suffix(third)) }

  /// For each layer, the first recorded step from which on its ‖ΔW‖/‖W‖ stays below a tenth of the median over the layers
  /// at the same time; `nil` where it does not at the end.
  ///
  /// All layers slow down with the learning rate: only one that falls behind the others has stopped.
  public var stops: [Int?] {
    let medians = record.steps.map { step in median(of: record.layers.indices.map(step.ratio).filter(\.isFinite)) }
    return record.layers.indices.map { layer in
      let isBehind = zip(record.steps, medians).map { $0.ratio(layer) < 0.1 * $1 }
      guard isBehind.last == true else { return nil }
      let last = isBehind.lastIndex(of: false).map { $0 + 1 } ?? 0
      return record.steps[last].number
    }
  }

  /// The record in at most `limit` columns: neighbouring steps are averaged.
  ///
  /// - Returns: the last step of each column, and ‖ΔW‖/‖W‖, `[layers][columns]`.
  func columns(limit: Int) -> (steps: [Int], ratios: [[Double]]) {
    let width = (record.steps.count + limit - 1) / limit
    let parts = stride(from: 0, to: record.steps.count, by: width).map {
      record.steps[$0..<min($0 + width, record.steps.count)]
    }
    let columns = parts.map { means($0) }
    return (
      parts.map { $0.last?.number ?? 0 }, record.layers.indices.map { layer in columns.map { $0[layer] } }
    )
  }
}
