import Foundation
import ResNetCore
import ResNetFiles
import ResNetModel

/// The folder of a run: `model.safetensors`, `history.csv` and `run.json`, each written whole or not at all.
///
/// The model's file is the same for the same run; all that varies, such as times, is in `run.json`.
///
/// ```swift
/// let folder = try RunFolder("runs/r20")
/// try await folder.begin(trainer, data: "generated", threads: 2)
/// for try await epoch in trainer.epochs { try folder.save(epoch, trainer.model) }
/// try folder.finish()
/// ```
public final class RunFolder {
  /// Its path as it was given.
  public let path: String
  private var record: RunRecord?

  /// Finds out whether a run can be kept in a folder, which is made where it is missing; changes nothing else.
  ///
  /// - Parameter overwrite: whether a run that is there is to be replaced.
  /// - Throws: `ResNetError` of code `usage` where there is a run in it that is not to be replaced, `inputOutput` where
  ///   it cannot be made or written to.
  public init(_ path: String, overwrite: Bool = false) throws {
    self.path = path
    guard !path.isEmpty else {
      throw ResNetError(.usage, "the output folder has no name", remedy: "Name a folder such as runs/r20")
    }
    let found = Self.files.first { FileManager.default.fileExists(atPath: file($0)) }
    if let found, !overwrite {
      throw ResNetError(
        .usage, "there is a run in this folder already (\(found))", at: path,
        remedy: "Choose another folder, or give --overwrite to replace the run")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ResNetError(
        .inputOutput, "the folder cannot be made: \(Self.reason(error))", at: path,
        remedy: "Choose a folder that you may write to")
    }
    // Hours of training must not end at a folder that cannot be written to.
    let trial = file(".resnet-trial")
    try AtomicFile.write("", to: trial)
    try? FileManager.default.removeItem(atPath: trial)
  }

  /// Takes an old run out of the folder and writes down what the new one is.
  ///
  /// - Parameters:
  ///   - data: where the data came from, as it was given.
  ///   - threads: the number of the engine's threads.
  /// - Throws: `ResNetError` of code `inputOutput`.
  public func begin(_ trainer: Trainer, data: String, threads: Int) throws {
    for name in Self.files where FileManager.default.fileExists(atPath: file(name)) {
      do {
        try FileManager.default.removeItem(atPath: file(name))
      } catch {
        throw ResNetError(
          .inputOutput, "the old file cannot be removed: \(Self.reason(error))", at: file(name),
          remedy: "Remove it, or choose another folder")
      }
    }
    let record = RunRecord(trainer, data: data, threads: threads)
    try write(record)
    self.record = record
  }

  /// Writes down an epoch, and the model as it is after it.
  ///
  /// - Throws: `ResNetError` of code `inputOutput`.
  public func save(_ epoch: EpochReport, _ model: Model) throws {
    guard var record else { preconditionFailure("a run is begun before it is written down") }
    record.add(epoch)
    try model.write(to: file(Model.fileName))
    try AtomicFile.write(record.historyTable, to: file(Self.history))
    try write(record)
    self.record = record
  }

  /// Writes down that the run has ended, and what a last evaluation came to.
  ///
  /// - Throws: `ResNetError` of code `inputOutput`.
  public func finish(_ evaluation: EvaluationSummary? = nil) throws {
    guard var record else { preconditionFailure("a run is begun before it is written down") }
    record.finish(evaluation)
    try write(record)
    self.record = record
  }

  private static let history = "history.csv"
  private static let description = "run.json"
  private static let files = [Model.fileName, history, description]

  private func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

  private func write(_ record: RunRecord) throws { try AtomicFile.write(try record.json(), to: file(Self.description)) }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard underlying.domain == NSPOSIXErrorDomain else { return underlying.localizedDescription }
    return String(cString: strerror(Int32(underlying.code)))
  }
}
