import ResNetGraph

/// A convolution or fully connected layer, and where it stands between input and output.
struct WeightedLayer {
  /// Its name.
  var name: String
  /// The name of its weights.
  var weight: String
  /// The name of the layer whose output is its activation: behind the normalisation, addition and ReLU that follow it and
  /// nothing else.
  var activation: String
  /// Layers with weights up to it and with it, on the longest way from the input.
  var depth: Int
  /// Whether it lies on a longest way from input to output; projections of shortcuts do not.
  var isOnLongestPath: Bool
}

extension Graph {
  /// All layers that have weights, in the order of the graph.
  var weightedLayers: [WeightedLayer] {
    let consumers = consumers
    let weights = layers.map { layer in layer.parameters.first { $0.kind == .weight }?.name }
    let own = weights.map { $0 == nil ? 0 : 1 }
    var before = own
    for (position, layer) in layers.enumerated() {
      before[position] += layer.inputs.map { before[$0] }.max() ?? 0
    }
    // Of layers that the output does not depend on there are none.
    var behind = Array(repeating: 0, count: layers.count)
    for position in layers.indices.reversed() {
      behind[position] = consumers[position].map { own[$0] + behind[$0] }.max() ?? 0
    }
    let longest = before[output]
    return layers.indices.compactMap { position in
      guard let weight = weights[position] else { return nil }
      return WeightedLayer(
        name: layers[position].name, weight: weight, activation: layers[activation(of: position, consumers)].name,
        depth: before[position], isOnLongestPath: before[position] + behind[position] == longest)
    }
  }

  /// The layer whose output is what a layer's output becomes before anything with weights, or more than one layer, takes
  /// it.
  private func activation(of position: Int, _ consumers: [[Int]]) -> Int {
    var position = position
    while consumers[position].count == 1, layers[consumers[position][0]].operation.isElementwise {
      position = consumers[position][0]
    }
    return position
  }
}

extension Operation {
  /// Whether it changes each value by itself, or adds another to it.
  fileprivate var isElementwise: Bool {
    switch self {
    case .batchNormalization, .relu, .add, .affine, .sigmoid, .dropout: true
    case .input, .convolution, .linear, .zeroPadding, .maxPooling, .averagePooling, .globalAveragePooling, .flatten,
      .concatenation, .multiplication:
      false
    }
  }
}
