import Foundation
import ResNetCore
import ResNetData
import ResNetGraph
import ResNetModel
import ResNetModels

/// What `run.json` says of a run: enough to do it again, and what came of it.
struct RunRecord: Encodable {
  /// One set of images.
  struct Images: Encodable {
    var name: String
    var count: Int
    var hash: String

    init(_ dataSet: DataSet) {
      name = dataSet.name
      count = dataSet.count
      hash = dataSet.contentHash()
    }
  }

  /// Where the images came from.
  struct Data: Encodable {
    var source: String
    var training: Images
    var test: Images?
  }

  private enum State: String, Encodable {
    case running
    case finished
  }

  private var state = State.running
  private let network: String
  private let parameters: Int
  private let recipe: Recipe
  private let steps: Int
  private let seed: UInt64
  private let threads: Int
  private let data: Data
  private let version = packageVersion
  private let processor = Machine.processor
  private let system = ProcessInfo.processInfo.operatingSystemVersionString
  private let began: String
  private var ended: String?
  private var seconds = 0.0
  private var lastEpoch: EpochReport?
  private var evaluation: EvaluationSummary?

  private let clock = Stopwatch()
  private var history: [EpochReport] = []

  private enum CodingKeys: String, CodingKey {
    case state, network, parameters, recipe, steps, seed, threads, data, version, processor, system, began, ended
    case seconds, lastEpoch, evaluation
  }

  init(_ trainer: Trainer, data source: String, threads: Int) {
    network = trainer.model.architecture.name
    parameters = trainer.model.graph.parameterCount
    recipe = trainer.recipe
    steps = trainer.steps
    seed = trainer.seed
    self.threads = threads
    data = Data(
      source: source, training: Images(trainer.training.dataSet), test: trainer.test.map { Images($0.dataSet) })
    began = Self.now()
  }

  mutating func add(_ epoch: EpochReport) {
    history.append(epoch)
    lastEpoch = epoch
    seconds = clock.seconds
  }

  mutating func finish(_ evaluation: EvaluationSummary?) {
    state = .finished
    self.evaluation = evaluation
    ended = Self.now()
    seconds = clock.seconds
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // A diverged model has a loss too.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The epochs as comma-separated values under a line of names.
  var historyTable: String {
    let head = [
      "epoch", "step", "learning_rate", "training_loss", "training_error_percent", "test_loss", "test_error_percent",
      "images_per_second", "seconds",
    ]
    let rows = history.map { epoch in
      [
        "\(epoch.epoch)", "\(epoch.step)", "\(epoch.learningRate)", "\(epoch.trainingLoss)", "\(epoch.trainingError)",
        epoch.evaluation.map { "\($0.loss)" } ?? "", epoch.evaluation.map { "\($0.topOneError)" } ?? "",
        fixed(epoch.imagesPerSecond, 1), fixed(epoch.seconds, 3),
      ]
    }
    return ([head] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func now() -> String { Date.now.ISO8601Format() }
}
