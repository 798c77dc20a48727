import Foundation
import ResNetCore
import ResNetData
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

/// Random pictures with labels that go round.
func pictures(
  _ count: Int, classes: Int = 4, shape: Shape = [3, 8, 8], seed: UInt64 = 0, name: String = "pictures"
) throws -> DataSet {
  var random = RandomNumbers(seed: seed, purpose: .testing)
  return try DataSet(
    name: name, imageShape: shape,
    pixels: (0..<count * shape.count).map { _ in UInt8(random.integer(below: 256)) },
    labels: (0..<count).map { Int32($0 % classes) }, classNames: (0..<classes).map { "class \($0)" })
}

/// A recipe that takes little time.
func recipe(
  _ length: Recipe.Length, batch: Int = 8, learningRate: Double = 0.05, schedule: Schedule = .constant,
  augmentation: Augmentation = .none
) -> Recipe {
  Recipe(
    name: "test", length: length, batch: batch, learningRate: learningRate, schedule: schedule,
    augmentation: augmentation)
}

/// A run of some steps on 20 pictures in batches of 8, tested on 8 others.
func smallTrainer(
  _ length: Recipe.Length? = nil, keptIn folder: RunFolder? = nil, loaderThreads: Int = 1,
  note: @escaping @Sendable (String) -> Void = { _ in },
  progress: (@Sendable (TrainingProgress) -> Void)? = nil
) throws -> Trainer {
  try Trainer(
    .cifar(depth: 8), on: pictures(20), test: pictures(8, seed: 1), recipe: recipe(length ?? .iterations(7)), seed: 3,
    loaderThreads: loaderThreads, keptIn: folder, progress: progress, note: note)
}

/// Trains to the end.
@discardableResult
func train(_ trainer: Trainer) async throws -> [EpochReport] {
  var reports: [EpochReport] = []
  for try await report in trainer.epochs { reports.append(report) }
  return reports
}

/// The error that work ends with, which is one of ours.
func failure(_ work: () async throws -> Void) async throws -> ResNetError {
  do {
    try await work()
  } catch let error as ResNetError {
    return error
  }
  throw ResNetError(.software, "nothing was thrown", remedy: "Mend the test")
}

/// A folder for one test's files, removed with it.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "resnet-training-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func bytes(of file: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + file)) }
}
