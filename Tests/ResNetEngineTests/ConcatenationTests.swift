import ResNetCore
import ResNetGraph
import ResNetReference
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Dense connections: concatenations that share memory.
@Suite struct ConcatenationTests {
  /// Networks whose concatenations share memory in different ways.
  enum Wiring: CaseIterable {
    case dense, oddGrowth, vectors, twice, offset, longSkip, twoOwners, output

    func graph(width: Int) throws -> Graph {
      let builder = GraphBuilder()
      func layer(_ a: Node, _ outputs: Int, _ name: String) throws -> Node {
        let z = try relu(a.batchNormalization(name + ".norm"))
        return try z.convolution(name + ".conv", Convolution(outputs: outputs, kernel: 3))
      }
      func joined(_ a: Node, _ b: Node, _ name: String) throws -> Node { try concatenate([a, b], name: name) }
      func head(_ a: Node) throws -> Graph {
        builder.graph(output: try relu(a).globalAveragePooling().linear("fc", Linear(outputs: 3)))
      }
      guard self != .vectors else {
        let x = try builder.input([5])
        let a = try joined(x, relu(x.linear("linear1", Linear(outputs: width))), "concat1")
        let b = try joined(a, relu(a.linear("linear2", Linear(outputs: 3))), "concat2")
        return builder.graph(output: try b.linear("fc", Linear(outputs: 3)))
      }
      let x = try builder.input([3, 5, 6]).convolution("entry", Convolution(outputs: width, kernel: 3))
      let growth = self == .oddGrowth ? 5 : width
      let a = try joined(x, layer(x, growth, "layer1"), "concat1")
      let b = try joined(a, layer(a, growth, "layer2"), "concat2")
      switch self {
      case .dense, .oddGrowth, .vectors:
        return try head(joined(b, layer(b, growth, "layer3"), "concat3").batchNormalization("norm"))
      case .twice:  // the same tensor on both sides
        return try head(layer(joined(a, a, "concat3"), width, "layer3"))
      case .offset:  // a concatenation behind other channels
        return try head(layer(concatenate([layer(b, width, "layer3"), b, x], name: "concat3"), width, "layer4"))
      case .longSkip:  // who takes the shorter tensor comes last
        let c = try joined(b, layer(b, growth, "layer3"), "concat3")
        let late = try layer(c, 2 * width, "layer4")
        return try head(late + a)
      case .twoOwners:  // one tensor goes on in two chains
        return try head(
          layer(joined(a, layer(b, width, "layer3"), "concat3"), width, "layer4") + layer(b, width, "layer5"))
      case .output:
        return builder.graph(output: try concatenate([b.globalAveragePooling(), x.globalAveragePooling()]))
      }
    }
  }

  @Test("Concatenations equal the reference, forward and backward", arguments: Wiring.allCases, [8, 16])
  @EngineActor
  func gradients(wiring: Wiring, width: Int) throws {
    let graph = try wiring.graph(width: width)
    for (seed, kind) in GradientCheck.allCases.enumerated() { try kind.compare(graph, seed: seed) }
    // Each concatenation once as the layer whose gradient is kept; the seed picks it.
    for (position, layer) in graph.layers.enumerated() where layer.operation == .concatenation {
      try GradientCheck.training.compare(graph, seed: position - 1)
    }
  }

  @Test("A dense block copies each layer's new channels once, and the tensor that grows lies in one piece of memory")
  @EngineActor
  func joint() throws {
    let graph = try Wiring.dense.graph(width: 16)
    let joint = JointOutputs(graph)
    let concatenations = try ["concat1", "concat2", "concat3"].map { try graph.index(of: $0) }
    let owner = try #require(concatenations.last)
    #expect(concatenations.map { joint.places[$0] } == [.init(owner: owner, channel: 0)].repeated(3))
    let program = try Engine(graph: graph).program(batch: 2, purpose: .inference)
    // The entry and three layers; nothing reads a whole concatenation but normalisations, which need no copy.
    #expect(program.stepNames.filter { $0.hasSuffix(" channels") }.count == 4)
  }
}

extension Array {
  fileprivate func repeated(_ count: Int) -> [Element] { (0..<count).flatMap { _ in self } }
}
