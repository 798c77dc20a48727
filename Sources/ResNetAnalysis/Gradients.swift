import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

/// How large gradients are from layer to layer: whether they vanish or explode on their way back from the loss.
///
/// ```swift
/// let plain = try Subject.beginning(.named("plain56"), for: cifar.training)
/// let residual = try Subject.beginning(.named("resnet56"), for: cifar.training)
/// let gradients = try await Gradients.measure([plain, residual], on: cifar.training)
/// print(gradients.finding)
/// ```
public struct Gradients: View {
  /// One layer with weights.
  public struct Layer: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Layers with weights up to it and with it, on the longest way from the input.
    public var depth: Int
    /// Whether it lies on a longest way from input to output; projections of shortcuts do not.
    public var isOnLongestPath: Bool
    /// ‖∂L/∂W‖₂.
    public var weight: Double
    /// ‖∂L/∂a‖₂ over all images, where a is the layer's output behind the normalisation, addition and ReLU that follow it.
    public var activation: Double
  }

  /// One network.
  public struct Network: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// The mean cross-entropy on the images, in nats.
    public var loss: Double
    /// Its layers with weights, in the order of the graph.
    public var layers: [Layer]
  }

  /// What the images are called.
  public let dataSet: String
  /// How many there are.
  public let images: Int
  /// The networks, in the order in which they were given.
  public let networks: [Network]

  /// Measures the gradients of networks on one batch of images.
  ///
  /// - Parameters:
  ///   - subjects: the networks, trained or not; at least one.
  ///   - dataSet: training images.
  ///   - images: how many of them, drawn at random, the same ones each time.
  /// - Throws: `ResNetError` of code `data` where the images do not fit a network; `usage` where there is no network, or so
  ///   few images that a batch would be normalised by a single value; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    _ subjects: [Subject], on dataSet: DataSet, images: Int = 128
  ) async throws -> Gradients {
    try requireSubjects(subjects)
    var networks: [Network] = []
    for subject in subjects {
      let loader = try subject.loader(of: dataSet, count: images)
      networks.append(try await EngineActor.run { try network(subject, loader) })
    }
    return Gradients(dataSet: dataSet.name, images: min(images, dataSet.count), networks: networks)
  }

  @EngineActor
  private static func network(_ subject: Subject, _ loader: Loader) throws -> Network {
    let layers = subject.model.graph.weightedLayers
    var purpose = Purpose(statistics: .batch, seed: .crossEntropy, parameterGradients: .all)
    purpose.activationGradients = Set(layers.map(\.activation))
    let engine = try subject.engine()
    let batch = try loader.firstBatch()
    let program = try engine.program(batch: batch.count, purpose: purpose)
    program.take(batch)
    try program.run()
    return Network(
      name: subject.name, loss: program.loss,
      layers: try layers.map { layer in
        Layer(
          name: layer.name, depth: layer.depth, isOnLongestPath: layer.isOnLongestPath,
          weight: norm(try program.gradient(layer.weight).scalars),
          activation: norm(try program.activationGradient(layer.activation).scalars))
      })
  }
}
