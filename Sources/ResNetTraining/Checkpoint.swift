import Foundation
import ResNetCore
import ResNetFiles

/// A run's state as a file, from which the run goes on as if it had never stopped.
///
/// A safetensors file: tensors `model.NAME` and `velocity.NAME`, and in the metadata the run's record, where it is, and a
/// checksum over all of it, so that a file that was cut short or damaged is never taken for a good one.
struct Checkpoint {
  /// What the run is.
  var record: RunRecord
  /// Where it is.
  var state: TrainingState

  /// The epochs that lie behind it.
  var epochs: Int { state.progress.history.count }

  /// The version that is written, and the latest that is read.
  private static let format = "1"

  private enum Key {
    static let format = "resnet.checkpoint"
    static let record = "resnet.run"
    static let progress = "resnet.progress"
    static let checksum = "resnet.checksum"
  }

  init(record: RunRecord, state: TrainingState) {
    self.record = record
    self.state = state
  }

  /// Reads a file and checks every bit of it.
  ///
  /// - Throws: `ResNetError` of code `data` where it is damaged, `unavailable` where it is of a newer version, `inputOutput`
  ///   where it cannot be read.
  init(contentsOf path: String) throws {
    let file = try Safetensors(contentsOf: path)
    func text(_ key: String) throws -> String {
      guard let text = file.metadata(key) else {
        throw ResNetError(.data, "the metadata lacks \(key)", at: path, remedy: "Use a checkpoint of 'resnet train'")
      }
      return text
    }
    let format = try text(Key.format)
    guard format == Self.format else {
      throw ResNetError(
        .unavailable, "the checkpoint is of format \(quoted(format)), and only \(Self.format) can be read", at: path,
        remedy: "Go on with the version of the package that wrote it, or a newer one")
    }
    let (record, progress) = (try text(Key.record), try text(Key.progress))
    var (parameters, velocities): ([String: Tensor], [String: Tensor]) = ([:], [:])
    for entry in file.entries {
      let tensor = try file.tensor(entry)
      if entry.name.hasPrefix("model.") {
        parameters[String(entry.name.dropFirst("model.".count))] = tensor
      } else if entry.name.hasPrefix("velocity.") {
        velocities[String(entry.name.dropFirst("velocity.".count))] = tensor
      }
    }
    let found = Self.checksum(Self.tensors(parameters, velocities), record: record, progress: progress)
    guard try text(Key.checksum) == found else {
      throw ResNetError(
        .data, "the checksum does not fit: the file is damaged", at: path, remedy: "Use an earlier checkpoint")
    }
    let damaged = ResNetError(
      .data, "the description of the run in it makes no sense", at: path,
      remedy: "Go on with the version of the package that wrote it")
    do {
      self.record = try JSONDecoder.stable.decode(RunRecord.self, from: Data(record.utf8))
      state = TrainingState(
        progress: try JSONDecoder.stable.decode(TrainingState.Progress.self, from: Data(progress.utf8)),
        parameters: parameters, velocities: velocities)
    } catch let error where error is DecodingError || error is ResNetError {
      throw damaged
    }
    guard let batches = self.record.batchesPerEpoch,
      state.progress.isPossible(batchesPerEpoch: batches, images: self.record.data.training.count)
    else {
      throw damaged
    }
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where it cannot be written.
  func write(to path: String) throws {
    let record = String(decoding: try JSONEncoder.stable.encode(record), as: UTF8.self)
    let progress = String(decoding: try JSONEncoder.stable.encode(state.progress), as: UTF8.self)
    let tensors = Self.tensors(state.parameters, state.velocities)
    let metadata = [
      Key.format: Self.format, Key.record: record, Key.progress: progress,
      Key.checksum: Self.checksum(tensors, record: record, progress: progress),
    ]
    try Safetensors.write(tensors, metadata: metadata, to: path)
  }

  private static func tensors(_ parameters: [String: Tensor], _ velocities: [String: Tensor]) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: parameters.map { ("model." + $0, $1) } + velocities.map { ("velocity." + $0, $1) })
  }

  private static func checksum(_ tensors: [String: Tensor], record: String, progress: String) -> String {
    var hash = ContentHash(format)
    hash.combine(record)
    hash.combine(progress)
    for (name, tensor) in tensors.sorted(by: { precedes($0.key, $1.key) }) { hash.combine(name, tensor) }
    return hash.digits
  }
}
