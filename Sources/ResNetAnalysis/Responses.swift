import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel
import ResNetModels

/// How strongly each 3×3 layer answers to images, as in He et al., "Deep residual learning for image recognition" (2015),
/// figure 7: residual networks change what they carry by less than plain ones, and by less the deeper they are.
///
/// ```swift
/// let networks = try Subject.read(["runs/plain20", "runs/plain56", "runs/resnet20", "runs/resnet56"])
/// print(try await Responses.measure(networks, on: cifar.test).finding)
/// ```
public struct Responses: View {
  /// One 3×3 layer.
  public struct Layer: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The standard deviation of its output behind batch normalisation and before ReLU and addition, over images, channels
    /// and pixels.
    public var deviation: Double
  }

  /// One network.
  public struct Network: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// Whether shortcuts lead around its blocks.
    public var isResidual: Bool
    /// The number of layers with weights on its longest path.
    public var depth: Int
    /// Its 3×3 layers, in the order of the graph.
    public var layers: [Layer]

    /// The mean deviation of its layers; not a number where it has no 3×3 layer.
    public var mean: Double { layers.reduce(0) { $0 + $1.deviation } / Double(layers.count) }
  }

  /// What the images are called.
  public let dataSet: String
  /// How many there are.
  public let images: Int
  /// The networks, in the order in which they were given.
  public let networks: [Network]

  /// Measures the responses of networks, with the statistics that training gathered.
  ///
  /// - Parameters:
  ///   - subjects: trained networks; at least one.
  ///   - dataSet: test images.
  ///   - images: how many of them, drawn at random, the same ones each time.
  /// - Throws: `ResNetError` of code `usage` where there is no network, or one has no 3×3 layer; `data` where the images do
  ///   not fit a network; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    _ subjects: [Subject], on dataSet: DataSet, images: Int = 1000
  ) async throws -> Responses {
    try requireSubjects(subjects)
    var networks: [Network] = []
    for subject in subjects {
      let outputs = subject.model.graph.responses
      guard !outputs.isEmpty else {
        throw ResNetError(
          .usage, "the network has no 3×3 layer", at: subject.name, remedy: "Choose a network of convolutions")
      }
      let loader = try subject.loader(of: dataSet, count: images, batch: 128)
      let moments = try await EngineActor.run { try subject.engine().moments(of: outputs.map(\.output), loader) }
      networks.append(
        Network(
          name: subject.name, isResidual: subject.model.architecture.shortcut != .none,
          depth: subject.model.architecture.depth,
          layers: zip(outputs, moments).map { Layer(name: $0.layer, deviation: $1.deviation) }))
    }
    return Responses(dataSet: dataSet.name, images: min(images, dataSet.count), networks: networks)
  }
}

/// Count, mean and deviation of numbers that come in pieces (Chan, Golub and LeVeque, 1983).
struct Moments {
  private(set) var count = 0.0
  private(set) var mean = 0.0
  private var squares = 0.0

  var deviation: Double { (squares / count).squareRoot() }

  mutating func add(_ values: [Float]) {
    let size = Double(values.count)
    let own = values.reduce(0) { $0 + Double($1) } / size
    let spread = values.reduce(0) { $0 + (Double($1) - own) * (Double($1) - own) }
    let (difference, total) = (own - mean, count + size)
    squares += spread + difference * difference * count * size / total
    mean += difference * size / total
    count = total
  }
}

extension Graph {
  /// The 3×3 layers, and for each the layer whose output is its response: the normalisation behind it, or itself.
  fileprivate var responses: [(layer: String, output: String)] {
    let consumers = consumers
    return layers.indices.compactMap { position in
      guard case .convolution(let convolution) = layers[position].operation, convolution.kernel == 3 else { return nil }
      let next = consumers[position].count == 1 ? layers[consumers[position][0]] : nil
      if let next, case .batchNormalization = next.operation { return (layers[position].name, next.name) }
      return (layers[position].name, layers[position].name)
    }
  }
}

extension Engine {
  /// Count, mean and deviation of the outputs of layers over all images of a loader, by running statistics.
  fileprivate func moments(of outputs: [String], _ loader: Loader) throws -> [Moments] {
    var purpose = Purpose.inference
    purpose.observations = Set(outputs)
    var moments = Array(repeating: Moments(), count: outputs.count)
    let batches = loader.epoch(0)
    while let batch = try batches.next() {
      try Task.checkCancellation()
      let program = try program(batch: batch.count, purpose: purpose)
      program.take(batch)
      try program.run()
      for (position, output) in outputs.enumerated() { moments[position].add(try program.activation(output).scalars) }
    }
    return moments
  }
}
