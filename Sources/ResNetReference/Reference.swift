import ResNetCore
import ResNetGraph

/// A network computed in Double by the equations of its layers, one after another: the oracle that faster
/// implementations are held to.
public struct Reference: Sendable {
  /// What is computed.
  public let graph: Graph
  /// The values of every parameter by name, row-major.
  public private(set) var parameters: [String: [Double]]

  /// Makes an interpreter of a graph.
  ///
  /// - Throws: `ResNetError` of code `data` where a parameter is missing or has the wrong number of values.
  public init(graph: Graph, parameters: [String: [Double]]) throws {
    for parameter in graph.parameters {
      guard let values = parameters[parameter.name] else {
        throw ResNetError(
          .data, "the parameter is missing", at: parameter.name, remedy: "Give a value for every parameter")
      }
      guard values.count == parameter.shape.count else {
        throw ResNetError(
          .data, "\(values.count) values cannot fill the shape \(parameter.shape)", at: parameter.name,
          remedy: "Use parameters of the same network")
      }
    }
    self.graph = graph
    self.parameters = parameters
  }

  /// Makes an interpreter from float32 parameters.
  ///
  /// - Throws: `ResNetError` of code `data` where a parameter is missing or has the wrong number of values.
  public init(graph: Graph, parameters: [String: Tensor]) throws {
    try self.init(graph: graph, parameters: parameters.mapValues { $0.scalars.map(Double.init) })
  }

  /// Computes every layer.
  ///
  /// - Parameters:
  ///   - input: the samples, `[batch, channels, height, width]` or `[batch, features]`, row-major.
  ///   - batch: the number of samples.
  /// - Throws: `ResNetError` of code `usage` where the input's size, a layer's name or the batch do not fit.
  public func forward(_ input: [Double], batch: Int, options: Options = Options()) throws -> Trace {
    try check(options, batch: batch)
    guard batch > 0, input.count == batch * graph.inputShape.count else {
      throw ResNetError(
        .usage, "\(input.count) values are not \(batch) samples of shape \(graph.inputShape)", at: "input",
        remedy: "Give batch × channels × height × width values")
    }
    var trace = Trace(batch: batch, layers: graph.layers.count, output: graph.output)
    for position in graph.layers.indices {
      try compute(position, input: input, into: &trace, options: options)
    }
    return trace
  }

  /// Computes again what depends on a changed output or parameter of one layer, on top of an earlier trace.
  func forward(changing change: Change, of base: Trace, options: Options) throws -> Trace {
    var trace = base
    var reference = self
    var stale = Array(repeating: false, count: graph.layers.count)
    switch change {
    case .parameter(let layer, let name, let values):
      reference.parameters[name] = values
      try reference.compute(layer, input: [], into: &trace, options: options, anchor: base)
      stale[layer] = true
    case .output(let layer, let values):
      trace.outputs[layer] = values
      stale[layer] = true
    }
    for position in graph.layers.indices where graph.layers[position].inputs.contains(where: { stale[$0] }) {
      try reference.compute(position, input: [], into: &trace, options: options, anchor: base)
      stale[position] = true
    }
    return trace
  }

  /// What differs from an earlier trace.
  enum Change {
    case parameter(layer: Int, name: String, values: [Double])
    case output(layer: Int, values: [Double])
  }

  private func compute(
    _ position: Int, input: [Double], into trace: inout Trace, options: Options, anchor: Trace? = nil
  ) throws {
    let layer = graph.layers[position]
    let operands = layer.inputs.map { trace.outputs[$0] }
    let from = layer.inputs.first.map { graph.layers[$0].shape } ?? []
    func values(_ kind: Parameter.Kind) -> [Double]? {
      layer.parameters.first { $0.kind == kind }.flatMap { parameters[$0.name] }
    }
    func weight() -> [Double] { values(.weight) ?? [] }

    switch layer.operation {
    case .input:
      trace.outputs[position] = input
    case .convolution(let convolution):
      trace.outputs[position] = Equations.convolution(
        operands[0], weight: weight(), bias: values(.bias), from: from.batched(trace.batch), to: layer.shape,
        convolution)
    case .linear:
      trace.outputs[position] = Equations.linear(
        operands[0], weight: weight(), bias: values(.bias), inputs: from.count, outputs: layer.shape.count,
        batch: trace.batch)
    case .batchNormalization(let normalization):
      try normalize(position, operands[0], normalization, values, into: &trace, options: options)
    case .relu:
      trace.outputs[position] = Equations.relu(operands[0], corners: &trace.corners[position])
    case .add:
      let gate = options.gates[layer.name] ?? Gate()
      var anchors: (branch: [Double], shortcut: [Double])?
      if let anchor, options.backwardGates[layer.name] != nil {
        anchors = (anchor.outputs[layer.inputs[0]], anchor.outputs[layer.inputs[1]])
      }
      trace.outputs[position] = Equations.add(
        branch: operands[0], shortcut: operands[1], gate: gate, backward: options.backwardGates[layer.name],
        anchors: anchors)
    case .zeroPadding(let padding):
      trace.outputs[position] = Equations.zeroPadding(
        operands[0], from: from.batched(trace.batch), to: layer.shape, padding)
    case .maxPooling(let pooling):
      trace.outputs[position] = Equations.maxPooling(
        operands[0], from: from.batched(trace.batch), to: layer.shape, pooling, corners: &trace.corners[position])
    case .globalAveragePooling:
      trace.outputs[position] = Equations.globalAveragePooling(operands[0], pixels: from[1] * from[2])
    case .flatten:
      trace.outputs[position] = operands[0]
    case .averagePooling(let pooling):
      trace.outputs[position] = Equations.averagePooling(
        operands[0], from: from.batched(trace.batch), to: layer.shape, pooling)
    case .concatenation:
      trace.outputs[position] = Equations.concatenation(operands, batch: trace.batch)
    case .sigmoid:
      trace.outputs[position] = Equations.sigmoid(operands[0])
    case .affine(let scale, let offset):
      trace.outputs[position] = operands[0].map { Double(scale) * $0 + Double(offset) }
    case .multiplication:
      trace.outputs[position] = Equations.multiplication(
        operands[0], operands[1], pixels: operands[0].count / operands[1].count)
    case .dropout(let dropout):
      trace.outputs[position] =
        options.dropoutStep.map { step in
          Equations.dropout(operands[0], dropout, key: step.key(of: layer.name), batch: trace.batch)
        } ?? operands[0]
    }
  }

  private func normalize(
    _ position: Int, _ input: [Double], _ normalization: BatchNormalization, _ values: (Parameter.Kind) -> [Double]?,
    into trace: inout Trace, options: Options
  ) throws {
    let layer = graph.layers[position]
    let channels = layer.shape[0]
    let pixels = layer.shape.count / channels
    let scale = values(.scale) ?? []
    let shift = values(.shift) ?? []
    let runningMean = values(.runningMean) ?? []
    let runningVariance = values(.runningVariance) ?? []
    let mean: [Double]
    let variance: [Double]
    switch options.statistics(of: layer.name) {
    case .running:
      (mean, variance) = (runningMean, runningVariance)
    case .batch:
      let count = trace.batch * pixels
      guard count > 1 else {
        throw ResNetError(
          .usage, "a single value for each channel has no variance", at: layer.name,
          remedy: "Use a larger batch or image, or running statistics")
      }
      let statistics = Equations.statistics(input, batch: trace.batch, channels: channels, pixels: pixels)
      trace.batchStatistics[layer.name] = statistics
      let share = Double(normalization.momentum)
      for parameter in layer.parameters {
        switch parameter.kind {
        case .runningMean:
          trace.runningStatistics[parameter.name] = zip(runningMean, statistics.mean)
            .map { (1 - share) * $0 + share * $1 }
        case .runningVariance:
          trace.runningStatistics[parameter.name] = zip(runningVariance, statistics.unbiasedVariance)
            .map { (1 - share) * $0 + share * $1 }
        default: break
        }
      }
      (mean, variance) = (statistics.mean, statistics.variance)
    }
    trace.outputs[position] = Equations.normalize(
      input, mean: mean, variance: variance, scale: scale, shift: shift, epsilon: Double(normalization.epsilon),
      batch: trace.batch, pixels: pixels)
  }
}
