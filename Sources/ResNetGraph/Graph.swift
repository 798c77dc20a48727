import ResNetCore

/// What a network computes: layers in an order in which each comes after its inputs.
///
/// A graph is a value that knows nothing of batches, engines or files. Two graphs are equal when they compute the same
/// with the same names and initialisers.
public struct Graph: Hashable, Sendable {
  /// The layers; the first is the input.
  public let layers: [Layer]
  /// The position of the layer whose output is the network's: the logits.
  public let output: Int
}

extension Graph {
  /// The shape of one input sample.
  public var inputShape: Shape { layers[0].shape }

  /// The shape of one output sample; `[classes]` for a classifier.
  public var outputShape: Shape { layers[output].shape }

  /// All parameters, in the order of the layers.
  public var parameters: [Parameter] { layers.flatMap(\.parameters) }

  /// The number of learned values, as the field counts a network's parameters.
  public var parameterCount: Int { layers.reduce(0) { $0 + $1.parameterCount } }

  /// Multiplications with weights for one sample.
  public var multiplyAdds: Int { layers.reduce(0) { $0 + $1.multiplyAdds } }

  /// The position of a layer by its name, or of the last layer of a module by the module's (`layer4`, `layer1.0`).
  ///
  /// - Throws: `ResNetError` of code `usage` where the graph has neither.
  public func index(of name: String) throws -> Int {
    if let exact = layers.firstIndex(where: { $0.name == name }) { return exact }
    if let last = layers.lastIndex(where: { $0.name.hasPrefix(name + ".") }) { return last }
    throw unknownModule(name)
  }

  /// For each layer, the positions of the layers that take its output.
  public var consumers: [[Int]] {
    var result = Array(repeating: [Int](), count: layers.count)
    for (position, layer) in layers.enumerated() {
      for input in layer.inputs { result[input].append(position) }
    }
    return result
  }

  /// The same network without the layers that `isIdentity` picks out of those with one input: who took their output takes
  /// their input.
  package func bypassing(_ isIdentity: (Layer) -> Bool) -> Graph {
    guard layers.contains(where: isIdentity) else { return self }
    var moved: [Int] = []
    var kept: [Layer] = []
    for layer in layers {
      let inputs = layer.inputs.map { moved[$0] }
      if isIdentity(layer) {
        moved.append(inputs[0])
      } else {
        moved.append(kept.count)
        kept.append(layer.taking(inputs: inputs))
      }
    }
    return Graph(layers: kept, output: moved[output])
  }
}
