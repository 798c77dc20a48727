import ResNetCore
import ResNetGraph
import ResNetKernels

/// What the integers of 8 bits stand for in which a network's activations are stored; a `Calibrator` finds it out.
///
/// A number is its integer times the scale of its layer. Integers go from 0 to 255 where a layer's output cannot be
/// negative, as behind ReLU, and from -128 to 127 elsewhere. A layer without a scale keeps its output in single precision,
/// and so do those that read it.
public struct Quantization: Hashable, Sendable {
  /// What 1 stands for in the output of each layer, by the layer's name.
  public let scales: [String: Float]

  /// Takes scales by the names of layers.
  ///
  /// - Throws: `ResNetError` of code `data` with the layer where one is not a positive, finite number.
  public init(scales: [String: Float]) throws {
    for (name, scale) in scales.sorted(by: { $0.key < $1.key }) where !(scale > 0 && scale.isNormal) {
      throw ResNetError(
        .data, "the scale \(scale) of its activations is not a positive, finite number", at: name,
        remedy: "Quantise the model again")
    }
    self.scales = scales
  }

  /// The names of the layers whose scales inference in 8 bits uses, in the order of the graph.
  ///
  /// Where pooling, zero padding or flattening comes between, the scale is that of the layer before it.
  public static func layers(of graph: Graph) -> [String] {
    let (graph, fusion, scales) = plan(graph)
    let stored = scales.stored(graph, fusion)
    var used = Set(stored)
    for unit in fusion.units where scales.isMultiplied(graph.layers[unit.head]) {
      used.insert(graph.layers[unit.head].inputs[0])
      if let addend = unit.addend, stored.contains(unit.output) { used.insert(addend) }
    }
    return Set(used.map { scales.origins[$0] }).sorted().map { graph.layers[$0].name }
  }

  /// The layers whose weights are integers where no layer lacks its scale, in the order of the graph.
  package static func quantizedLayers(of graph: Graph) -> [QuantizedLayer] {
    let (graph, fusion, scales) = plan(graph)
    return fusion.units.filter { scales.isMultiplied(graph.layers[$0.head]) }.sorted { $0.head < $1.head }
      .map { QuantizedLayer(layer: graph.layers[$0.head], normalization: $0.folded.map { graph.layers[$0] }) }
  }

  /// What is computed together in inference where every layer has a scale, and on which integers.
  private static func plan(_ graph: Graph) -> (Graph, Fusion, IntegerScales) {
    let graph = graph.bypassing(\.operation.isDropout)
    let scales = IntegerScales(graph) { _ in 1 }
    let fusion = Fusion(graph, .inference, pinned: [], differentiates: false) { scales.isMultiplied(graph.layers[$0]) }
    return (graph, fusion, scales)
  }
}

/// A layer whose weights are integers in a quantised network.
package struct QuantizedLayer: Hashable, Sendable {
  /// The convolution or fully connected layer.
  package let layer: Layer
  /// The normalisation that is folded into it.
  package let normalization: Layer?

  /// Whether it has biases once the normalisation is folded in.
  package var hasBias: Bool { normalization != nil || layer.parameters.contains { $0.kind == .bias } }

  /// The weights, and the biases where it has some, with the normalisation folded in.
  ///
  /// - Precondition: `parameters` has those of both layers.
  package func folded(_ parameters: [String: Tensor]) -> (weight: Tensor, bias: Tensor?) {
    func tensor(_ layer: Layer, _ kind: Parameter.Kind) -> Tensor? {
      layer.parameters.first { $0.kind == kind }.flatMap { parameters[$0.name] }
    }
    guard let weight = tensor(layer, .weight) else { preconditionFailure("\(layer.name) has no weights") }
    let bias = tensor(layer, .bias)
    guard let normalization, case .batchNormalization(let operation) = normalization.operation,
      let scale = tensor(normalization, .scale), let shift = tensor(normalization, .shift),
      let mean = tensor(normalization, .runningMean), let variance = tensor(normalization, .runningVariance)
    else { return (weight, bias) }
    let outputs = scale.scalars.count
    var (foldedWeight, foldedBias) = (weight, shift)
    resnet_fold_normalization(
      Int64(outputs), Int64(weight.scalars.count / outputs), weight.scalars, bias?.scalars, scale.scalars,
      shift.scalars, mean.scalars, variance.scalars, operation.epsilon, &foldedWeight.scalars, &foldedBias.scalars)
    return (foldedWeight, foldedBias)
  }

  /// Parameters of both layers that compute the same as given weights and biases: the normalisation becomes the identity,
  /// to the bit, but for the biases, which it takes over.
  package func parameters(weight: Tensor, bias: Tensor?) -> [String: Tensor] {
    var values: [String: Tensor] = [:]
    for parameter in layer.parameters {
      let own = parameter.kind == .weight ? weight : normalization == nil ? bias : nil
      values[parameter.name] = own ?? Tensor(repeating: 0, shape: parameter.shape)
    }
    guard let normalization, case .batchNormalization(let operation) = normalization.operation else { return values }
    for parameter in normalization.parameters {
      let identity: Float =
        switch parameter.kind {
        case .scale: 1
        case .runningVariance: 1 - operation.epsilon
        default: 0
        }
      let own = parameter.kind == .shift ? bias : nil
      values[parameter.name] = own ?? Tensor(repeating: identity, shape: parameter.shape)
    }
    return values
  }
}
