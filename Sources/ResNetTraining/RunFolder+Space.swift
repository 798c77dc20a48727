import Foundation
import ResNetCore
import ResNetData
import ResNetGraph
import ResNetImages
import ResNetModel

extension RunFolder {
  /// Bytes that a run takes on the disk: two models and the one that it began with, if it did, the checkpoints and the one
  /// being written, and some text.
  public nonisolated static func diskBytes(for trainer: Trainer, policy: CheckpointPolicy) -> Int {
    let graph = trainer.model.graph
    let learned = graph.parameterCount * MemoryLayout<Float>.stride
    let all = graph.parameters.reduce(0) { $0 + $1.shape.count } * MemoryLayout<Float>.stride
    let meanImage = trainer.model.preprocessing.meanImage.map { $0.scalars.count * MemoryLayout<Float>.stride } ?? 0
    // Names, shapes and offsets stand in the header of each file: some hundred bytes a tensor.
    let headers = 300 * graph.parameters.count
    let text = 4096 + 600 * trainer.epochCount + updateBytes(trainer)
    let models = trainer.startHash == nil ? 2 : 3
    return models * (all + meanImage + headers) + (policy.keep + 1) * (all + learned + 2 * headers + text) + 4 * text
  }

  /// The text of the updates that a run records: a line of some sixty bytes for each step and layer.
  private nonisolated static func updateBytes(_ trainer: Trainer) -> Int {
    guard trainer.recordings.contains(.updates) else { return 0 }
    let steps = trainer.steps / UpdateRecord.interval(batchesPerEpoch: trainer.training.batchesPerEpoch)
    return 60 * steps * trainer.model.graph.weightNames.count
  }

  /// Refuses a run that the disk will not hold.
  func checkSpace(for trainer: Trainer) throws {
    guard let free = Machine.freeDiskBytes(at: path) else { return }
    // The run's own files give way to those to come.
    let needed = Self.diskBytes(for: trainer, policy: policy) - Self.bytesOnDisk(path)
    if let refusal = Self.refusal(needed: needed, free: free, at: path) { throw refusal }
  }

  nonisolated static func refusal(needed: Int, free: Int, at path: String) -> ResNetError? {
    guard free < needed else { return nil }
    return ResNetError(
      .inputOutput, "the run takes \(needed >> 20) MiB and the disk has \(free >> 20) MiB left", at: path,
      remedy: "Free some space, keep fewer checkpoints with --keep, or choose a folder on another disk")
  }

  /// Bytes of the run's own files.
  nonisolated static func bytesOnDisk(_ path: String) -> Int {
    let files = Self.files.map { file($0, in: path) } + checkpointFiles(in: path).map(\.file)
    return files.reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      guard attributes?[.type] as? FileAttributeType == .typeRegular else { return sum }
      return sum + (attributes?[.size] as? Int ?? 0)
    }
  }
}
