import Foundation
import ResNetCore
import ResNetEngine
import ResNetFiles
import ResNetModel

/// The folder that a run is kept in, so that nothing that happens to the machine can lose it.
///
/// `run.json` (what the run is and where it stands), `history.csv`, `curves.svg` and TensorBoard's events, `updates.csv`
/// where the run records them, `model.safetensors` (after the last whole epoch), `best.safetensors` (after the epoch with
/// the least test error), `start.safetensors` (what fine-tuning began with) and `checkpoints`, each file written whole or not at all. One process at a time may hold a folder.
///
/// ```swift
/// let folder = try RunFolder("runs/r20", data: "generated")
/// let trainer = try Trainer(.cifar(depth: 20), on: training, test: test, recipe: .quick, keptIn: folder)
/// for try await epoch in trainer.epochs { print(epoch) }
/// ```
///
/// The models' files are the same for the same run; all that varies, such as times, is in `run.json`.
@EngineActor
public final class RunFolder {
  /// What a resumed run may do otherwise than it did before.
  public struct Change: OptionSet, Sendable {
    /// What the option set is made of.
    public let rawValue: Int

    /// Makes a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Nothing.
    public static let none: Change = []
    /// Last longer.
    public static let longer = Change(rawValue: 1)
    /// Train and test on other images of the same classes.
    public static let images = Change(rawValue: 2)
    /// Anything.
    public static let anything = Change(rawValue: 7)
  }

  /// Its path as it was given.
  public nonisolated let path: String
  /// What the run was when it was last heard of; `nil` for a new one.
  public nonisolated let recorded: RunRecord?
  /// What the reader of a run should know of how it was found.
  public nonisolated let notes: [String]
  /// When the run keeps its state.
  public nonisolated let policy: CheckpointPolicy

  /// Where its data comes from: a folder's absolute path, or `generated`.
  public nonisolated let source: String
  nonisolated let validation: Int?
  /// Where the model was that the run begins with, as it was given.
  nonisolated let startPlace: String?
  let change: Change
  var record: RunRecord?
  var lastCheckpoint = ContinuousClock.now
  var lastCheckpointStep = 0
  var sittingClock = Stopwatch()
  var checkpointsWritten = 0
  var checkpointSeconds = 0.0
  private nonisolated let lock: FileLock

  /// Makes the folder of a new run ready; a run that is there stays until the new one begins.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - data: where the data comes from, as it will be given again to go on.
  ///   - validation: how many training images are held out to test on.
  ///   - start: what to call the model that the run begins with, if it begins with one.
  ///   - overwrite: whether a run that is there is to be replaced.
  ///   - policy: when the run keeps its state.
  /// - Throws: `ResNetError` of code `usage` where there is a run in it that kept something and is not to be replaced, or
  ///   another process holds it; `inputOutput` where it cannot be made or written to.
  public nonisolated init(
    _ path: String, data: String, validation: Int? = nil, from start: String? = nil, overwrite: Bool = false,
    checkpoints policy: CheckpointPolicy = CheckpointPolicy()
  ) throws {
    try policy.validate()
    guard !path.isEmpty else {
      throw ResNetError(.usage, "the output folder has no name", remedy: "Name a folder such as runs/r20")
    }
    if !overwrite { try Self.refuseRun(in: path) }
    self.path = path
    self.policy = policy
    source = data == "generated" ? data : URL(fileURLWithPath: data).standardizedFileURL.path
    self.validation = validation
    startPlace = start
    recorded = nil
    notes = []
    change = .anything
    try Self.makeFolder(path)
    lock = try Self.lock(path)
    // One may have begun and ended meanwhile.
    if !overwrite { try Self.refuseRun(in: path) }
    // Hours of training must not end at a folder that cannot be written to.
    let trial = Self.file(".resnet-trial", in: path)
    try AtomicFile.write("", to: trial)
    try? FileManager.default.removeItem(atPath: trial)
  }

  /// Opens the folder of a run that is to go on.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - change: what may be otherwise than before.
  ///   - data: where the data lies now, where it has moved.
  ///   - policy: when the run keeps its state.
  /// - Throws: `ResNetError` of code `data` where there is no run in it, or none that can be read; `usage` where another
  ///   process holds it; `inputOutput` where it cannot be read or written to.
  public nonisolated init(
    resuming path: String, change: Change = .none, data: String? = nil,
    checkpoints policy: CheckpointPolicy = CheckpointPolicy()
  ) throws {
    try policy.validate()
    guard Self.files.contains(where: { FileManager.default.fileExists(atPath: Self.file($0, in: path)) }) else {
      throw ResNetError(
        .data, "there is no run in this folder", at: path, remedy: "Give the folder that 'resnet train --output' made")
    }
    lock = try Self.lock(path)
    self.path = path
    self.policy = policy
    self.change = change
    let (record, notes) = try Self.readRecord(in: path)
    recorded = record
    self.notes = notes
    source =
      data.map { $0 == "generated" ? $0 : URL(fileURLWithPath: $0).standardizedFileURL.path } ?? record.data.source
    validation = record.data.validation
    startPlace = record.from?.place
  }

  /// The model that the run in the folder began with, as it kept it; `nil` where it began with random numbers.
  ///
  /// - Throws: `ResNetError` of code `data` where it is gone or damaged, `inputOutput` where it cannot be read.
  public nonisolated func startingModel() throws -> Model? {
    guard recorded?.from != nil else { return nil }
    guard FileManager.default.fileExists(atPath: file(Self.start)) else {
      throw ResNetError(
        .data, "the model that the run began with is gone", at: file(Self.start),
        remedy: "Begin a new run with 'resnet train --from'")
    }
    return try Model(contentsOf: file(Self.start))
  }

  /// Whether a run has begun in a folder: whether `init(resuming:)` finds something to go on from.
  public nonisolated static func isBegun(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: file(description, in: path)) || !checkpointFiles(in: path).isEmpty
  }

  /// Whether a process is at work on the run in a folder.
  public nonisolated static func isBusy(_ path: String) -> Bool { FileLock.isHeld(at: file(lockName, in: path)) }

  /// What `run.json` says of the run in a folder.
  ///
  /// - Throws: `ResNetError` of code `data` where there is none or it is damaged, `inputOutput` where it cannot be read.
  public nonisolated static func record(of path: String) throws -> RunRecord {
    try decodeRecord(at: file(description, in: path))
  }
}

// MARK: Files

extension RunFolder {
  nonisolated static let history = "history.csv"
  nonisolated static let updates = "updates.csv"
  nonisolated static let description = "run.json"
  nonisolated static let best = "best.safetensors"
  nonisolated static let start = "start.safetensors"
  nonisolated static let checkpoints = "checkpoints"
  nonisolated static let lockName = ".lock"
  nonisolated static let files = [
    description, checkpoints, Model.fileName, best, start, history, updates, curves, TensorBoardEvents.fileName,
  ]

  nonisolated static func file(_ name: String, in path: String) -> String {
    path.hasSuffix("/") ? path + name : path + "/" + name
  }

  nonisolated func file(_ name: String) -> String { Self.file(name, in: path) }

  /// Refuses a folder that a new run cannot be kept in, as far as that can be seen without changing anything.
  ///
  /// - Throws: `ResNetError` of code `usage` where there is a run in it, `inputOutput` where it cannot be made or written
  ///   to.
  public nonisolated static func check(_ path: String, overwrite: Bool = false) throws {
    guard !path.isEmpty else {
      throw ResNetError(.usage, "the output folder has no name", remedy: "Name a folder such as runs/r20")
    }
    if !overwrite { try refuseRun(in: path) }
    var place = URL(fileURLWithPath: path).standardizedFileURL
    while place.pathComponents.count > 1, !FileManager.default.fileExists(atPath: place.path) {
      place.deleteLastPathComponent()
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), isFolder.boolValue,
      FileManager.default.isWritableFile(atPath: place.path)
    else {
      throw ResNetError(
        .inputOutput, "the folder cannot be made or written to", at: path,
        remedy: "Choose a folder that you may write to")
    }
  }

  private nonisolated static func refuseRun(in path: String) throws {
    let found = files.first { FileManager.default.fileExists(atPath: file($0, in: path)) }
    guard let found, !isWithoutResults(path) else { return }
    throw ResNetError(
      .usage, "there is a run in this folder already (\(found))", at: path,
      remedy: "Choose another folder, go on with the run (--resume \(path)), or replace it (--overwrite)")
  }

  /// Whether the run in a folder kept nothing that could be lost, as one that failed before its first step.
  private nonisolated static func isWithoutResults(_ path: String) -> Bool {
    let models = [Model.fileName, best].contains { FileManager.default.fileExists(atPath: file($0, in: path)) }
    guard !models, checkpointFiles(in: path).isEmpty, let record = try? record(of: path) else { return false }
    return record.lastEpoch == nil
  }

  /// Makes a folder, and those above it, unless it is there.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where it cannot be made.
  package nonisolated static func makeFolder(_ path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw ResNetError(
        .inputOutput, "a file is where the folder is to be", at: path, remedy: "Choose a folder, or move the file away")
    }
    // Foundation's own way has errors without the system's reason.
    var made = path.hasPrefix("/") ? "/" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
        throw ResNetError(
          .inputOutput, "the folder cannot be made: \(String(cString: strerror(errno)))", at: path,
          remedy: "Choose a folder that you may write to")
      }
    }
  }

  nonisolated static func remove(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw ResNetError(
        .inputOutput, "the old file cannot be removed: \(reason(error))", at: path,
        remedy: "Remove it, or choose another folder")
    }
  }

  private nonisolated static func lock(_ path: String) throws -> FileLock {
    guard let lock = try FileLock(at: file(lockName, in: path)) else {
      throw ResNetError(
        .usage, "another process is at work on the run in this folder", at: path,
        remedy: "Wait for it or stop it, or choose another folder")
    }
    return lock
  }

  private nonisolated static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard underlying.domain == NSPOSIXErrorDomain else { return underlying.localizedDescription }
    return String(cString: strerror(Int32(underlying.code)))
  }
}
