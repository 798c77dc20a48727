import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel
import ResNetTraining

extension RunMeasurements {
  /// Reads what the run in a folder kept of itself.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no run or it is damaged, `inputOutput` where it cannot be read.
  public init(ofRunAt path: String) throws {
    let record = try RunFolder.record(of: path)
    self.init(
      architecture: record.architecture, recipe: record.recipe, classes: try? Model(contentsOf: path).classes.count,
      state: record.state, step: record.sittings.last?.lastStep ?? 0, steps: record.steps,
      divergedAt: record.divergedAt, explosions: record.explosions ?? [],
      epochs: try RunCurve(ofRunAt: path, name: record.network).epochs)
    guard record.recordings?.contains(.updates) == true else { return }
    let recorded = try UpdateRecord(ofRunAt: path)
    updates = recorded.layers.indices.compactMap { layer in
      Spread(recorded.steps.map { $0.ratio(layer) }).map {
        LayerUpdate(layer: recorded.layers[layer], ratio: $0.median)
      }
    }
  }

  /// Looks at a batch of images with the model that the run saved last: gradients by layer, and ReLUs.
  ///
  /// - Parameters:
  ///   - path: the folder of the run.
  ///   - dataSet: training images; so many of them are taken, spread evenly, as memory holds well, 128 at most.
  /// - Throws: `ResNetError` of code `data` where there is no model, or the images do not fit it; `unavailable` where oneDNN
  ///   or memory is missing.
  public mutating func look(atRun path: String, on dataSet: DataSet) async throws {
    let subject = Subject(try Model(contentsOf: path), name: path, run: path)
    classes = subject.model.classes.count
    let loader = try subject.loader(of: dataSet, count: Self.images(subject.model.graph))
    batch = try await EngineActor.run { try Self.look(subject, loader) }
  }

  /// As many images as have half a gibibyte of ReLUs' outputs, from 16 to 128.
  private static func images(_ graph: Graph) -> Int {
    let values = graph.layers.reduce(0) { $0 + ($1.operation == .relu ? $1.shape.count : 0) }
    return min(max((1 << 27) / max(values, 1), 16), 128)
  }

  @EngineActor
  private static func look(_ subject: Subject, _ loader: Loader) throws -> Batch {
    let graph = subject.model.graph
    let relus = graph.layers.filter { $0.operation == .relu }.map(\.name)
    var purpose = Purpose(statistics: .batch, seed: .crossEntropy, parameterGradients: .all)
    purpose.observations = Set(relus)
    let engine = try subject.engine()
    let images = try loader.firstBatch()
    let program = try engine.program(batch: images.count, purpose: purpose)
    program.take(images)
    try program.run()
    return Batch(
      images: images.count,
      gradients: try graph.weightedLayers.filter(\.isOnLongestPath).map { layer in
        Batch.Gradient(layer: layer.name, norm: norm(try program.gradient(layer.weight).scalars))
      },
      activities: try relus.map { layer in
        let output = try program.activation(layer)
        return Batch.Activity(layer: layer, dead: deadChannels(output), count: output.shape[1])
      })
  }

  /// The channels or features of `[batch, channels, …]` that are nowhere above 0.
  static func deadChannels(_ tensor: Tensor) -> Int {
    let (batch, channels) = (tensor.shape[0], tensor.shape[1])
    let area = tensor.scalars.count / max(batch * channels, 1)
    return (0..<channels).count { channel in
      (0..<batch).allSatisfy { image in
        let first = (image * channels + channel) * area
        return tensor.scalars[first..<first + area].allSatisfy { $0 <= 0 }
      }
    }
  }
}
