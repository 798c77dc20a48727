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
  private var nextNumber: [String: Int] = [:]
  private var multiplyAdds = 0
  private var scalars = 0

  /// Makes an empty builder.
  public init() {}

  /// Makes a builder that goes on where a graph ends, to give it another head.
  ///
  /// ```swift
  /// let builder = GraphBuilder(continuing: try graph.cut(at: "layer4"))
  /// let scores = try builder.node("layer4").convolution("scores", Convolution(outputs: 21, kernel: 1))
  /// let detector = builder.graph(output: scores)
  /// ```
  public init(continuing graph: Graph) {
    layers = graph.layers
    names = Set(layers.map(\.name))
    multiplyAdds = graph.multiplyAdds
    scalars = graph.parameters.reduce(0) { $0 + $1.shape.count }
  }

  /// The output of a layer by its name, or of a module by its own, as `Graph.index(of:)` finds it.
  ///
  /// - Throws: `ResNetError` of code `usage` where there is neither.
  public func node(_ name: String) throws -> Node {
    let index = try Graph(layers: layers, output: 0).index(of: name)
    return Node(builder: self, index: index, shape: layers[index].shape)
  }

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
    return Graph(layers: layers, upTo: output.index)
  }

  func append(_ name: String, _ operation: Operation, _ inputs: [Node]) throws -> Node {
    precondition(inputs.allSatisfy { $0.builder === self }, "a layer's inputs belong to one graph")
    let path = scope + name
    guard !names.contains(path) else {
      throw ResNetError(
        .usage, "another layer has this name already", at: path, remedy: "Give each layer a name of its own")
    }
    let layer = try Layer(
      name: path, operation: operation, inputs: inputs.map(\.index), inputShapes: inputs.map(\.shape))
    try addToTotals(layer)
    names.insert(path)
    layers.append(layer)
    return Node(builder: self, index: layers.count - 1, shape: layer.shape)
  }

  /// `name`, or `name2`, `name3` … where the scope has it already: for layers that nobody names.
  func freeName(_ name: String) -> String {
    guard names.contains(scope + name) else { return name }
    // Where the last search ended, so that thousands of unnamed layers do not each try all numbers again.
    var number = nextNumber[scope + name] ?? 2
    while names.contains("\(scope)\(name)\(number)") { number += 1 }
    nextNumber[scope + name] = number
    return "\(name)\(number)"
  }

  /// Refuses sums that do not fit in an `Int`, so that counting a graph cannot trap.
  private func addToTotals(_ layer: Layer) throws {
    func add(_ count: Int, to total: inout Int) throws {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard !overflow else {
        throw ResNetError(
          .usage, "the network is too large to count", at: layer.name, remedy: "Use fewer channels or pixels")
      }
      total = sum
    }
    try add(layer.multiplyAdds, to: &multiplyAdds)
    for parameter in layer.parameters { try add(parameter.shape.count, to: &scalars) }
  }
}
