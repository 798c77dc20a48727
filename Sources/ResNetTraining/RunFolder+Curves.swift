import Foundation
import ResNetCore
import ResNetFiles
import ResNetPlots

extension RunFolder {
  nonisolated static let curves = "curves.svg"

  /// Writes down all epochs so far, for people and for TensorBoard, in place of what was written before.
  func rewriteHistory(_ progress: TrainingState.Progress) throws {
    try AtomicFile.write(EpochReport.table(progress.history), to: file(Self.history))
    try writeUpdates(progress)
    let records = zip(progress.history, progress.epochTimes).map { $0.events(at: $1) }
    try TensorBoardEvents.write(records, beginning: beginning, to: file(TensorBoardEvents.fileName))
    try drawCurves(progress)
  }

  /// Writes down one more epoch, the last of `progress`.
  ///
  /// TensorBoard reads on where its file grows, and loses sight of one that is replaced.
  func appendHistory(_ progress: TrainingState.Progress) throws {
    let events = file(TensorBoardEvents.fileName)
    guard FileManager.default.fileExists(atPath: events) else { return try rewriteHistory(progress) }
    try AtomicFile.write(EpochReport.table(progress.history), to: file(Self.history))
    try writeUpdates(progress)
    if let report = progress.history.last, let time = progress.epochTimes.last {
      try TensorBoardEvents.append([report.events(at: time)], to: events)
    }
    try drawCurves(progress)
  }

  /// The file says what the state says: one of an earlier run would be taken for this one's.
  private func writeUpdates(_ progress: TrainingState.Progress) throws {
    guard let updates = progress.updates else { return try Self.remove(file(Self.updates)) }
    try AtomicFile.write(updates.table, to: file(Self.updates))
  }

  private func drawCurves(_ progress: TrainingState.Progress) throws {
    guard let record, !progress.history.isEmpty else { return }
    let figure = RunCurve.figure(
      of: [RunCurve(name: record.network, progress.history)],
      title: "\(record.network) on \(record.data.training.name)",
      subtitle: "\(record.recipe.name), batch \(record.recipe.batch), seed \(record.seed)"
        + (record.data.test.map { "; tested on \($0.name)" } ?? ""))
    try AtomicFile.write(figure.svg(), to: file(Self.curves))
  }

  /// When the run began, in seconds since 1970; the same whenever it is asked for.
  private var beginning: Double {
    let text = record?.sittings.first?.began ?? ""
    return (try? Date(text, strategy: .iso8601).timeIntervalSince1970) ?? 0
  }
}

extension EpochReport {
  /// What TensorBoard shows of an epoch that ended at a time, in seconds since 1970.
  fileprivate func events(at time: Double) -> TensorBoardEvents.Record {
    var scalars: [TensorBoardEvents.Scalar] = [
      .init("loss/training", Float(trainingLoss)), .init("error/training", Float(trainingError)),
      .init("learning rate", Float(learningRate)), .init("images per second", Float(imagesPerSecond)),
    ]
    if let evaluation {
      scalars += [.init("loss/test", Float(evaluation.loss)), .init("error/test", Float(evaluation.topOneError))]
    }
    return TensorBoardEvents.Record(step: Int64(step), time: time, scalars: scalars)
  }
}
