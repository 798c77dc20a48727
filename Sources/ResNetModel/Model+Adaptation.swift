import ResNetCore
import ResNetGraph
import ResNetImages
import ResNetModels

extension Model {
  /// What a model took over from the one that it is to go on from.
  public struct Takeover: Hashable, Sendable {
    /// How many tensors it has.
    public let tensors: Int
    /// How many of them are the other model's.
    public let taken: Int
    /// The name of its last layer, where that is new.
    public let newHead: String?
  }

  /// The model that fine-tuning begins with: this one's numbers and preprocessing, for other classes or images of another
  /// size.
  ///
  /// Where the classes are others, in number, name or order, the last fully connected layer is new.
  ///
  /// - Parameters:
  ///   - architecture: this model's own if `nil`; another one may differ in what has no trace in evaluation, such as dropout.
  ///   - input: the shape of one sample; that of this model if `nil`.
  ///   - classes: what the outputs are to be called.
  ///   - preprocessing: this model's own if `nil`.
  ///   - seed: what a new last layer is drawn from.
  /// - Throws: `ResNetError` of code `data` where the images do not fit, the network is another one, with the difference, or
  ///   a number that is taken over is not finite; `usage` where the network cannot be made, or this model is quantised.
  public func adapted(
    to architecture: Architecture? = nil, input: Shape? = nil, classes: [String], preprocessing: Preprocessing? = nil,
    seed: UInt64
  ) throws -> (model: Model, takeover: Takeover) {
    guard quantization == nil else {
      throw ResNetError(
        .usage, "the model is quantised, and nothing can be learned from rounded weights", at: self.architecture.name,
        remedy: "Begin with the model that it was made from")
    }
    let (architecture, input) = (architecture ?? self.architecture, input ?? self.input)
    guard input.rank == self.input.rank, input.rank != 3 || input[0] == self.input[0] else {
      throw ResNetError(
        .data, "images of \(input) do not fit a model for \(self.input)",
        remedy: "Use images with as many channels as the model was trained on")
    }
    let graph = try architecture.graph(classes: classes.count, input: input)
    // The same classes keep the whole model; without a fully connected layer at its end there is nothing to replace.
    let isNew = classes != self.classes
    let head = isNew && graph.layers[graph.output].operation.kind == "linear" ? graph.layers[graph.output].name : nil
    try checkFit(of: graph, architecture, except: head)
    var taken = 0
    let numbers = graph.parameters.map { parameter in
      let isOfHead = head.map { parameter.name.hasPrefix($0 + ".") } ?? false
      guard !isOfHead, let tensor = parameters[parameter.name] else {
        return (parameter.name, parameter.initialValues(seed: seed))
      }
      taken += 1
      return (parameter.name, tensor)
    }
    if let fault = NotFinite(in: Dictionary(uniqueKeysWithValues: numbers)) {
      throw ResNetError(
        .data, "\(fault)", at: self.architecture.name,
        remedy: "Begin with a model from before its training diverged, such as an earlier checkpoint of its run")
    }
    let model = try Model(
      architecture: architecture, input: input, classes: classes, preprocessing: preprocessing ?? self.preprocessing,
      parameters: Dictionary(uniqueKeysWithValues: numbers))
    return (model, Takeover(tensors: numbers.count, taken: taken, newHead: head))
  }

  /// Refuses a network that differs from this model's in more than its head.
  private func checkFit(of graph: Graph, _ architecture: Architecture, except head: String?) throws {
    let remedy = "Leave the network out, so that the model's own is used, or give one that it fits"
    func shapes(_ graph: Graph) -> [(name: String, shape: Shape)] {
      graph.layers.filter { $0.name != head }.flatMap(\.parameters).map { ($0.name, $0.shape) }
    }
    let difference = ParameterDifference(given: shapes(self.graph), expected: shapes(graph))
    guard difference.isEmpty else {
      let (own, other) = (quoted(self.architecture.name), quoted(architecture.name))
      // Not every tensor by name: it is the network that is the wrong one.
      throw ResNetError(
        .data,
        "the model is a \(own)\(own == other ? " of other layers" : ", not a \(other)") (tensors: \(difference.counts))",
        remedy: remedy)
    }
    // Shortcuts without parameters leave no trace in them.
    let own = try self.architecture.graph(classes: classes.count, input: graph.inputShape).steps(except: head)
    let theirs = graph.steps(except: head)
    let first = zip(own, theirs).first { $0 != $1 }?.0 ?? (own.count != theirs.count ? own.last : nil)
    if let layer = first?.name {
      throw ResNetError(
        .data,
        "the network \(quoted(architecture.name)) has the parameters of the model's, \(quoted(self.architecture.name)), and "
          + "computes something else, first at \(layer)", remedy: remedy)
    }
  }
}

/// What a layer computes, but for how it begins.
private struct ComputedLayer: Equatable {
  var name: String
  var kind: String
  var inputs: [String]
  var shape: Shape
  /// Where no parameters tell more.
  var operation: Operation?
}

extension Graph {
  /// What it computes when nothing is left out.
  fileprivate func steps(except head: String?) -> [ComputedLayer] {
    let graph = bypassing { $0.operation.kind == "dropout" }
    return graph.layers.filter { $0.name != head }.map { layer in
      ComputedLayer(
        name: layer.name, kind: layer.operation.kind, inputs: layer.inputs.map { graph.layers[$0].name },
        shape: layer.shape, operation: layer.parameters.isEmpty ? layer.operation : nil)
    }
  }
}
