import ResNetCore
import ResNetEngine
import ResNetFiles
import ResNetGraph

extension Model {
  /// The same model for inference in 8 bits: normalisation is folded into the weights in front of it, and these become
  /// integers with a scale for each output.
  ///
  /// Its parameters are what the integers stand for, with normalisations that change nothing; quantised again, they become
  /// the very same integers.
  ///
  /// - Parameter quantization: the scales of its activations, as a `Calibrator` finds them.
  /// - Throws: `ResNetError` of code `data` with the layer where a scale is missing or weights are not finite.
  public func quantized(_ quantization: Quantization) throws -> Model {
    let names = Quantization.layers(of: graph)
    let scales = try names.map { name in
      guard let scale = quantization.scales[name] else {
        throw ResNetError(
          .data, "there is no scale for its activations", at: name, remedy: "Calibrate with this very network")
      }
      return (name, scale)
    }
    var parameters = parameters
    for layer in Quantization.quantizedLayers(of: graph) {
      let (weight, bias) = layer.folded(parameters)
      guard weight.scalars.allSatisfy(\.isFinite), bias?.scalars.allSatisfy(\.isFinite) ?? true else {
        throw ResNetError(
          .data, "its weights are not finite numbers once normalisation is folded in", at: layer.layer.name,
          remedy: "Quantise a model that has learned something")
      }
      parameters.merge(layer.parameters(weight: QuantizedWeights(weight).weights, bias: bias)) { $1 }
    }
    let used = try Quantization(scales: Dictionary(uniqueKeysWithValues: scales))
    return try Model(architecture, input, classes, preprocessing) { _ in (parameters, used) }
  }

  // MARK: The file

  private static func weightScaleName(_ layer: Layer) -> String { layer.name + ".weight_scale" }
  private static func activationScaleName(_ layer: String) -> String { layer + ".activation_scale" }

  /// Puts integers and scales in the place of the parameters that they stand for.
  func replaceByIntegers(_ contents: inout FileContents, _ quantization: Quantization) {
    for layer in Quantization.quantizedLayers(of: graph) {
      let (weight, bias) = layer.folded(parameters)
      let quantized = QuantizedWeights(weight)
      for name in layer.replacedNames { contents.tensors[name] = nil }
      contents.integers[layer.layer.name + ".weight"] = quantized.integers
      contents.tensors[Self.weightScaleName(layer.layer)] = quantized.scales
      contents.tensors[layer.layer.name + ".bias"] = bias
    }
    for (name, scale) in quantization.scales {
      contents.tensors[Self.activationScaleName(name)] = Tensor(shape: [], scalars: [scale])
    }
  }

  /// The tensors that the file of a quantised model holds.
  static func quantizedShapes(_ graph: Graph, _ layers: [QuantizedLayer]) -> [(String, Shape)] {
    let replaced = Set(layers.flatMap(\.replacedNames))
    let kept = graph.parameters.filter { !replaced.contains($0.name) }.map { ($0.name, $0.shape) }
    let integers = layers.flatMap { layer in
      let weights = layer.layer.parameters.filter { $0.kind == .weight }.map { ($0.name, $0.shape) }
      let outputs: Shape = [layer.layer.shape[0]]
      return weights + [(weightScaleName(layer.layer), outputs)]
        + (layer.hasBias ? [(layer.layer.name + ".bias", outputs)] : [])
    }
    return kept + integers + Quantization.layers(of: graph).map { (activationScaleName($0), []) }
  }

  /// Reads the parameters and scales of a quantised model, whose tensors are those of `quantizedShapes`.
  static func quantizedNumbers(
    _ file: Safetensors, _ entries: [Safetensors.Entry], _ layers: [QuantizedLayer]
  ) throws -> ([String: Tensor], Quantization?) {
    var parameters: [String: Tensor] = [:]
    var scales: [String: Float] = [:]
    let weights = Set(layers.map { $0.layer.name + ".weight" })
    let suffix = activationScaleName("")
    for entry in entries where !weights.contains(entry.name) {
      let tensor = try file.tensor(entry)
      if entry.name.hasSuffix(suffix) {
        scales[String(entry.name.dropLast(suffix.count))] = tensor.scalars[0]
      } else {
        parameters[entry.name] = tensor
      }
    }
    for layer in layers {
      let name = layer.layer.name + ".weight"
      guard let entry = file.entry(named: name),
        let scale = parameters.removeValue(forKey: weightScaleName(layer.layer))
      else { continue }
      let quantized = QuantizedWeights(integers: try file.int8Tensor(entry), scales: scale)
      try check(quantized, of: layer.layer)
      let bias = parameters.removeValue(forKey: layer.layer.name + ".bias")
      if let output = bias?.scalars.firstIndex(where: { !$0.isFinite }) {
        throw ResNetError(
          .data, "the bias of output \(output) is not a finite number, and would pass for an integer",
          at: layer.layer.name + ".bias", remedy: "Quantise the model again")
      }
      parameters.merge(layer.parameters(weight: quantized.weights, bias: bias)) { $1 }
    }
    return (parameters, try Quantization(scales: scales))
  }

  /// Refuses scales that are none, and integers that another scale would belong to.
  private static func check(_ quantized: QuantizedWeights, of layer: Layer) throws {
    if let output = quantized.scales.scalars.firstIndex(where: { !($0 > 0 && $0.isNormal) }) {
      throw ResNetError(
        .data, "the scale \(quantized.scales.scalars[output]) of output \(output) is not a positive, finite number",
        at: weightScaleName(layer), remedy: "Quantise the model again")
    }
    guard QuantizedWeights(quantized.weights) == quantized else {
      throw ResNetError(
        .data, "the integers and their scales do not belong together: the greatest of an output's are not 127",
        at: layer.name + ".weight", remedy: "Quantise the model again")
    }
  }
}

extension QuantizedLayer {
  /// The parameters of the network that the file holds in another form.
  fileprivate var replacedNames: [String] { (layer.parameters + (normalization?.parameters ?? [])).map(\.name) }
}
