import ResNetCore
import ResNetEngine
import ResNetGraph

/// The blocks of a network, and the network in a form in which each of them can be deleted while it runs: a block ends in
/// an addition, whose gates cut it off.
///
/// Residual blocks have that addition. Behind each block of a plain network that gives the shape that it is given, one is
/// put that adds nothing of what the block was given, or nothing of the block.
struct BlockList: Sendable {
  /// One block.
  struct Block: Hashable, Sendable {
    /// Its module, as in `layer1.0`.
    var name: String
    /// The addition that it ends in; `nil` where it has none, because it changes the shape.
    var addition: String?

    /// The stage that it belongs to, as in `layer1`.
    var stage: Substring { name.lastIndex(of: ".").map { name[..<$0] } ?? "" }
  }

  /// The network with an addition at the end of every block that can be deleted.
  let graph: Graph
  /// All blocks, in their order.
  let blocks: [Block]
  /// Whether they have shortcuts of their own.
  let isResidual: Bool
  /// The parameters of each block by the rest of their names, with their shapes.
  private let contents: [[String: Shape]]

  /// Finds the blocks of a network.
  init(_ graph: Graph) throws {
    let additions = graph.layers.filter { $0.operation == .add }.map(\.name)
    isResidual = !additions.isEmpty
    if isResidual {
      self.graph = graph
      blocks = Self.outermost(additions).map { Block(name: Self.module(of: $0), addition: $0) }
    } else {
      let plain = Self.modules(of: graph).map { (name: $0, span: Self.span(of: $0, in: graph)) }
      blocks = plain.map { Block(name: $0.name, addition: $0.span == nil ? nil : $0.name + ".add") }
      self.graph = try graph.inserting(
        plain.compactMap { block in
          block.span.map { Graph.NewAddition(name: block.name + ".add", branch: $0.last, shortcut: $0.input) }
        })
    }
    contents = blocks.map { block in
      let parameters = graph.layers.filter { $0.isInModule(block.name) }.flatMap(\.parameters)
      return Dictionary(
        parameters.map { (String($0.name.dropFirst(block.name.count)), $0.shape) }, uniquingKeysWith: { $1 })
    }
  }

  /// The positions of the blocks that can be deleted.
  var deletable: [Int] { blocks.indices.filter { blocks[$0].addition != nil } }

  /// The module that a layer stands in.
  private static func module(of layer: String) -> String {
    layer.lastIndex(of: ".").map { String(layer[..<$0]) } ?? layer
  }

  /// The additions that are no part of the branch of another: a block may hold blocks.
  private static func outermost(_ additions: [String]) -> [String] {
    let modules = Set(additions.map(module))
    return additions.filter { addition in
      var outer = module(of: addition)
      while let dot = outer.lastIndex(of: ".") {
        outer = String(outer[..<dot])
        if modules.contains(outer) { return false }
      }
      return true
    }
  }

  /// The modules of a network's stages that are called by a number, as in `layer1.0`.
  private static func modules(of graph: Graph) -> [String] {
    let stages = graph.stages.map(\.name)
    var seen: Set<String> = []
    return graph.layers.compactMap { layer in
      guard let stage = stages.first(where: layer.isInModule) else { return nil }
      let number = layer.name.dropFirst(stage.count + 1).prefix { $0 != "." }
      guard !number.isEmpty, number.allSatisfy(\.isNumber) else { return nil }
      return seen.insert("\(stage).\(number)").inserted ? "\(stage).\(number)" : nil
    }
  }

  /// A module's last layer and the layer whose output it is given, where it is given one and gives the same shape.
  private static func span(of module: String, in graph: Graph) -> (input: Int, last: Int)? {
    let inside = graph.layers.indices.filter { graph.layers[$0].isInModule(module) }
    let outside = Set(inside.flatMap { graph.layers[$0].inputs }).subtracting(inside)
    guard let last = inside.last, let input = outside.first, outside.count == 1,
      graph.layers[input].shape == graph.layers[last].shape
    else { return nil }
    return (input, last)
  }
}

extension BlockList {
  /// Sets the gates of all blocks: those at `deleted` pass on what they are given, the others are whole.
  @EngineActor
  func delete(_ deleted: [Int], in program: Program) throws {
    for (position, block) in blocks.enumerated() {
      guard let addition = block.addition else { continue }
      let isDeleted = deleted.contains(position)
      try program.setGate(addition, branch: isDeleted ? 0 : 1, shortcut: isResidual || isDeleted ? 1 : 0)
    }
  }

  /// The positions of blocks that can take each other's parameters: those of one stage that have the same ones, of the
  /// same shapes; groups of one are left out.
  var exchangeable: [[Int]] {
    var groups: [[Int]] = []
    for position in blocks.indices where !contents[position].isEmpty {
      let group = groups.firstIndex { group in
        blocks[group[0]].stage == blocks[position].stage && contents[group[0]] == contents[position]
      }
      if let group { groups[group].append(position) } else { groups.append([position]) }
    }
    return groups.filter { $0.count > 1 }
  }

  /// The parameters with those of each block replaced by those of the block at `order[block]`.
  func exchanged(_ parameters: [String: Tensor], order: [Int]) -> [String: Tensor] {
    var result = parameters
    for (position, source) in order.enumerated() where source != position {
      for suffix in contents[position].keys {
        result[blocks[position].name + suffix] = parameters[blocks[source].name + suffix]
      }
    }
    return result
  }
}
