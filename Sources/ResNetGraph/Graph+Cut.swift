import ResNetCore

extension Graph {
  /// The network up to a layer or module, as a feature extractor; what only later layers need is left out.
  ///
  /// ```swift
  /// let features = try Architecture.resNet50.graph(classes: 1000).cut(at: "layer4")  // 2048×7×7
  /// ```
  ///
  /// Names stay as they are, so parameters of the whole network fit.
  ///
  /// - Parameter name: a layer, or a module, which ends with its last layer: `layer4`, `layer1.0`, `avgpool`.
  /// - Throws: `ResNetError` of code `usage` where the network has neither.
  public func cut(at name: String) throws -> Graph {
    Graph(layers: layers, upTo: try index(of: name))
  }

  /// The same network with a classifier for another number of classes, or with none: its output is then the vector
  /// that the classifier took.
  ///
  /// The new classifier has the old one's name and initialisers; parameters of all other layers still fit. For any
  /// other head see `GraphBuilder.init(continuing:)`.
  ///
  /// - Throws: `ResNetError` of code `usage` where the network does not end in a fully connected layer, or for an
  ///   impossible number of classes.
  public func replacingClassifier(classes: Int?) throws -> Graph {
    let classifier = layers[output]
    guard case .linear(var linear) = classifier.operation else {
      throw ResNetError(
        .usage, "the network does not end in a classifier", at: classifier.name,
        remedy: "Replace the classifier of a network whose last layer is fully connected")
    }
    let features = Graph(layers: layers, upTo: classifier.inputs[0])
    guard let classes else { return features }
    linear.outputs = classes
    let builder = GraphBuilder(continuing: features)
    return builder.graph(output: try builder.node(layers[classifier.inputs[0]].name).linear(classifier.name, linear))
  }

  /// The layers that one of them depends on, and the input.
  init(layers: [Layer], upTo output: Int) {
    var needed = Array(repeating: false, count: layers.count)
    needed[output] = true
    needed[0] = true
    for position in layers.indices.reversed() where needed[position] {
      for input in layers[position].inputs { needed[input] = true }
    }
    guard needed.contains(false) else {
      self.init(layers: layers, output: output)
      return
    }
    var moved = Array(repeating: 0, count: layers.count)
    var kept: [Layer] = []
    for (position, layer) in layers.enumerated() where needed[position] {
      moved[position] = kept.count
      kept.append(layer.taking(inputs: layer.inputs.map { moved[$0] }))
    }
    self.init(layers: kept, output: moved[output])
  }
}
