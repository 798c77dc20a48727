import Foundation
import ResNetAnalysis
import ResNetCore
import ResNetData
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTesting
import ResNetTraining

/// Small pictures, networks and runs, which take little time.
enum Small {
  /// Random pictures with labels that go round.
  static func pictures(
    _ count: Int, classes: Int = 4, shape: Shape = [3, 8, 8], seed: UInt64 = 0, name: String = "pictures"
  ) throws -> DataSet {
    var random = RandomNumbers(seed: seed, purpose: .testing)
    return try DataSet(
      name: name, imageShape: shape, pixels: (0..<count * shape.count).map { _ in UInt8(random.integer(below: 256)) },
      labels: (0..<count).map { Int32($0 % classes) }, classNames: (0..<classes).map { "class \($0)" })
  }

  /// A network for CIFAR, two channels wide at its beginning.
  static func network(depth: Int = 8, shortcut: Shortcut = .projection) throws -> Architecture {
    var network = try Architecture.cifar(depth: depth, shortcut: shortcut)
    network.stem = .cifar(width: 2)
    for stage in network.stages.indices { network.stages[stage].width = 2 << stage }
    return network
  }

  /// A network for pictures with the hashed numbers of its parameters.
  static func subject(_ architecture: Architecture, for pictures: DataSet, name: String = "network") throws -> Subject {
    let model = try Model(
      architecture: architecture, input: pictures.imageShape, classes: pictures.classNames,
      preprocessing: .perChannel(of: pictures), seed: 0)
    return Subject(try changed(model, to: HashedValues.parameters(of: model.graph)), name: name)
  }

  /// A model with other numbers.
  static func changed(_ model: Model, to parameters: [String: Tensor]) throws -> Model {
    try Model(
      architecture: model.architecture, input: model.input, classes: model.classes, preprocessing: model.preprocessing,
      parameters: parameters)
  }

  /// Pictures as a network takes them, all in one batch.
  static func inputs(_ subject: Subject, _ pictures: DataSet) throws -> (images: [Float], labels: [Int]) {
    let loader = try Loader(
      pictures, preprocessing: subject.model.preprocessing, batchSize: pictures.count, order: .sequential)
    let batch = try loader.firstBatch()
    return (Array(batch.images), batch.labels.map { Int($0) })
  }

  /// A run of three steps in each of two epochs, kept in a folder with all its checkpoints.
  static func run(
    _ path: String, architecture: Architecture? = nil, recording: Set<Recording> = []
  ) async throws {
    let recipe = Recipe(name: "test", length: .epochs(2), batch: 8, learningRate: 0.05, schedule: .constant)
    let folder = try RunFolder(path, data: "generated", checkpoints: .init(interval: .steps(1), keep: 100))
    let trainer = try Trainer(
      architecture ?? network(), on: pictures(24), test: pictures(8, seed: 1), recipe: recipe, seed: 3,
      recording: recording, keptIn: folder)
    for try await _ in trainer.epochs {}
  }

  /// The error that work ends with, which is one of ours.
  static func failure(_ work: () async throws -> Void) async throws -> ResNetError {
    do {
      try await work()
    } catch let error as ResNetError {
      return error
    }
    throw ResNetError(.software, "nothing was thrown", remedy: "Mend the test")
  }
}

/// A folder for one test's files, removed with it.
final class SmallFolder {
  let path = NSTemporaryDirectory() + "resnet-analysis-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
