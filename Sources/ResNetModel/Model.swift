import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModels

/// A network that can be used: which one it is, its numbers, what it does to pixels, and what its outputs are called.
///
/// ```swift
/// let model = try Model(contentsOf: "runs/r20")
/// print(model.architecture.name, model.classes)
/// try model.write(to: "resnet20.safetensors")
/// ```
///
/// The parts of a model fit one another; making one checks that.
public struct Model: Sendable {
  /// Which network it is.
  public let architecture: Architecture
  /// The shape of one sample, `[channels, height, width]` or `[features]`.
  public let input: Shape
  /// The names of the outputs, in their order; several may share a name, as two of ImageNet's do.
  public let classes: [String]
  /// How the bytes of an image become the network's input.
  public let preprocessing: Preprocessing
  /// Every parameter and running statistic by torchvision's name; the numbers need not be finite.
  public let parameters: [String: Tensor]
  /// What integers of 8 bits stand for in a quantised model, whose weights are integers times the scale of their output;
  /// `nil` in others.
  public let quantization: Quantization?
  /// How good it was when training kept it; `nil` where nobody said, and in models that were made from others.
  public var figures: Figures?
  /// The network as layers, for `classes.count` outputs and `input`.
  public let graph: Graph

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - architecture: which network.
  ///   - input: the shape of one sample; the network's usual one if `nil`.
  ///   - classes: the names of its classes, in the order of its outputs.
  ///   - preprocessing: how an image becomes its input.
  ///   - parameters: its tensors by their names.
  /// - Throws: `ResNetError` of code `usage` where the network cannot be made, `data` where parameters or preprocessing
  ///   do not fit it; the message lists the first that do not, with both shapes.
  public init(
    architecture: Architecture, input: Shape? = nil, classes: [String], preprocessing: Preprocessing,
    parameters: [String: Tensor]
  ) throws {
    try self.init(architecture, input, classes, preprocessing) { graph in
      let expected = graph.parameters.map { ($0.name, $0.shape) }
      try Self.check(parameters.map { ($0.key, $0.value.shape) }, against: expected, of: architecture)
      return (parameters, nil)
    }
  }

  /// A model that has not learned yet: its numbers are a function of the seed and their names.
  ///
  /// - Parameters:
  ///   - architecture: which network.
  ///   - input: the shape of one sample; the network's usual one if `nil`.
  ///   - classes: the names of its classes, in the order of its outputs.
  ///   - preprocessing: how an image becomes its input.
  ///   - seed: what its numbers are drawn from.
  /// - Throws: `ResNetError` of code `usage` where the network cannot be made, `data` where preprocessing does not fit it.
  public init(
    architecture: Architecture, input: Shape? = nil, classes: [String], preprocessing: Preprocessing, seed: UInt64
  ) throws {
    try self.init(architecture, input, classes, preprocessing) { graph in
      (Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.initialValues(seed: seed)) }), nil)
    }
  }

  /// Makes the graph first, so that `numbers` can be checked against it before memory is taken for them.
  init(
    _ architecture: Architecture, _ input: Shape?, _ classes: [String], _ preprocessing: Preprocessing,
    numbers: (Graph) throws -> (parameters: [String: Tensor], quantization: Quantization?)
  ) throws {
    let input = input ?? architecture.input
    let graph = try architecture.graph(classes: classes.count, input: input)
    try preprocessing.check(input: input)
    self.architecture = architecture
    self.input = input
    self.classes = classes
    self.preprocessing = preprocessing
    self.graph = graph
    (parameters, quantization) = try numbers(graph)
  }
}
