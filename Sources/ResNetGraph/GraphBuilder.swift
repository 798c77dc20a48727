import ResNetCore

/// Collects layers in the order in which they are called, and hands out the graph.
///
/// ```swift
/// let builder = GraphBuilder()
/// let image = try builder.input([3, 32, 32])
/// let hidden = try relu(image.convolution("conv1", Convolution(outputs: 16, kernel: 3)))
/// let logits = try hidden.globalAveragePooling().linear("fc", Linear(outputs: 10))
/// let graph = builder.graph(output: logits)
/// ```
public final class GraphBuilder {
  private var layers: [Layer] = []
  private var names: Set<String> = []
  private var scope = ""

  /// Makes an empty builder.
  public init() {}

  /// The network's input of one sample's shape: `[channels, height, width]` or `[features]`.
  ///
  /// - Throws: `ResNetError` where the shape is not possible.
  public func input(_ shape: Shape) throws -> Node {
    precondition(layers.isEmpty, "a graph has one input, made first")
    return try append("input", .input(shape), [])
  }

  /// Puts `name` and a dot before the names of all layers that `body` makes.
  public func scoped<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    let outer = scope
    scope += name + "."
    defer { scope = outer }
    return try body()
  }

  /// The graph of everything that `output` depends on; layers that it does not need are left out.
  public func graph(output: Node) -> Graph {
    precondition(output.builder === self, "the output belongs to another graph")
    var needed = Array(repeating: false, count: layers.count)
    needed[output.index] = true
    needed[0] = true
    for position in layers.indices.reversed() where needed[position] {
      for input in layers[position].inputs { needed[input] = true }
    }
    guard needed.contains(false) else { return Graph(layers: layers, output: output.index) }
    var moved = Array(repeating: 0, count: layers.count)
    var kept: [Layer] = []
    for (position, layer) in layers.enumerated() where needed[position] {
      moved[position] = kept.count
      kept.append(layer.taking(inputs: layer.inputs.map { moved[$0] }))
    }
    return Graph(layers: kept, output: moved[output.index])
  }

  func append(_ name: String, _ operation: Operation, _ inputs: [Node]) throws -> Node {
    precondition(inputs.allSatisfy { $0.builder === self }, "a layer's inputs belong to one graph")
    let path = scope + name
    guard names.insert(path).inserted else {
      throw ResNetError(.usage, "two layers are called '\(path)'", remedy: "Give each layer a name of its own")
    }
    layers.append(
      try Layer(
        name: path, operation: operation, inputs: inputs.map(\.index), inputShapes: inputs.map(\.shape)))
    return Node(builder: self, index: layers.count - 1, shape: layers[layers.count - 1].shape)
  }

  /// `name`, or `name2`, `name3` … where the scope has it already: for layers that nobody names.
  func freeName(_ name: String) -> String {
    guard names.contains(scope + name) else { return name }
    var number = 2
    while names.contains("\(scope)\(name)\(number)") { number += 1 }
    return "\(name)\(number)"
  }
}

extension Layer {
  fileprivate func taking(inputs: [Int]) -> Layer {
    Layer(
      name: name, operation: operation, inputs: inputs, shape: shape, parameters: parameters,
      multiplyAdds: multiplyAdds)
  }
}
