import Foundation
import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct OwnBlockTests {
  static let mixed = """
    {
      "name": "mixed", "input": [3, 32, 32], "stem": {"kind": "cifar", "width": 16}, "shortcut": "b",
      "blocks": {
        "five": {"branch": [{"kernel": 1}, {"kernel": 3}, {"kernel": 3, "groups": 4}, {"kernel": 5},
                            {"kernel": 1, "width": 2}]},
        "grown": {"connection": "dense", "compression": 0.5, "branch": [{"kernel": 1, "width": 4}, {"kernel": 3}]},
        "nested": {"branch": ["five", {"kernel": 3, "width": 2}], "squeeze": 4, "dropout": 0.1}
      },
      "block": "basic",
      "stages": [
        {"blocks": 1, "width": 16},
        {"blocks": 1, "width": 8, "block": "bottleneck"},
        {"blocks": 2, "width": 16, "stride": 2, "block": "five"},
        {"blocks": 2, "width": 8, "stride": 2, "block": "grown"},
        {"blocks": 1, "width": 16, "block": "nested"}
      ]
    }
    """

  @Test("Every example of the documentation is a network that can be built")
  func documentation() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "../../docs/architecture-files.md")
    let parts = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "```json\n")
    let examples = try parts.dropFirst().map { try #require($0.components(separatedBy: "```").first) }
    #expect(examples.count == 3)
    for example in examples { #expect(try Architecture(json: example).graph(classes: 10).outputShape == [10]) }
  }

  @Test("A file may mix blocks of all kinds and name its own")
  func file() throws {
    let network = try Architecture(json: Self.mixed)
    let five = Block([
      .convolution(kernel: 1), .convolution(kernel: 3), .convolution(kernel: 3, groups: 4), .convolution(kernel: 5),
      .convolution(kernel: 1, width: 2),
    ])
    #expect(
      network
        == Architecture(
          name: "mixed", input: [3, 32, 32], stem: .cifar(width: 16), block: .basic,
          stages: [
            Stage(blocks: 1, width: 16), Stage(blocks: 1, width: 8, block: .bottleneck),
            Stage(blocks: 2, width: 16, stride: 2, block: five),
            Stage(blocks: 2, width: 8, stride: 2, block: .dense(bottleneck: 4, compression: 0.5)),
            Stage(
              blocks: 1, width: 16,
              block: Block([.block(five), .convolution(kernel: 3, width: 2)], squeeze: 4, dropout: 0.1)),
          ], shortcut: .projection))
    let graph = try network.graph(classes: 10)
    #expect(graph.layers[try graph.index(of: "layer3")].shape == [32, 16, 16])
    #expect(
      steps(graph, "layer3.1") == [
        "conv1", "bn1", "relu", "conv2", "bn2", "relu2", "conv3", "bn3", "relu3", "conv4", "bn4", "relu4", "conv5",
        "bn5", "add", "relu5",
      ])
    guard case .convolution(let second) = graph.layers[try graph.index(of: "layer3.0.conv2")].operation else {
      Issue.record("no convolution")
      return
    }
    #expect(second.stride == 2)
    #expect(steps(graph, "layer5.0.block1").suffix(2) == ["add", "relu5"])
    #expect(graph.layers[try graph.index(of: "layer4")].shape == [32, 8, 8])
    #expect(try inputs(graph, of: "layer5.0.dropout") == ["layer5.0.block1.relu5"])
    #expect(try Architecture(json: network.json()) == network)
    #expect(try Architecture(json: network.formattedJSON()) == network)
  }

  @Test("Swift's way and the file give equal graphs")
  func bothWays() throws {
    let file = """
      {"name": "both", "input": [4, 9, 9], "stem": {"kind": "none"}, "block": "basic",
       "stages": [{"blocks": 1, "width": 4, "block": {"branch": [{"kernel": 3}, {"kernel": 3}, {"kernel": 3}]}},
                  {"blocks": 1, "width": 2, "block": {"branch": [{"kernel": 3}], "connection": "dense"}}]}
      """
    let builder = GraphBuilder()
    var a = try builder.input([4, 9, 9])
    func convolution(_ a: Node, _ name: String, outputs: Int = 4) throws -> Node {
      try a.convolution("conv" + name, Convolution(outputs: outputs, kernel: 3))
    }
    a = try builder.scoped("layer1.0") {
      try residual(a) { a in
        let a1 = try relu(convolution(a, "1").batchNormalization("bn1"))
        let a2 = try relu(convolution(a1, "2").batchNormalization("bn2"))
        return try convolution(a2, "3").batchNormalization("bn3")
      }
    }
    a = try builder.scoped("layer2.0") {
      try dense(a) { try convolution(relu($0.batchNormalization("bn1")), "1", outputs: 2) }
    }
    a = try relu(a.batchNormalization("layer2.norm"), name: "layer2.relu")
    let written = builder.graph(output: try a.globalAveragePooling().linear("fc", Linear(outputs: 5)))
    #expect(try Architecture(json: file).graph(classes: 5) == written)
  }

  @Test("A block within another of its order stands by itself; one of another order is treated as a layer")
  func nested() throws {
    func graph(_ inner: UnitOrder, in outer: UnitOrder) throws -> Graph {
      let block = Block(
        [.convolution(kernel: 3), .block(Block([.convolution(kernel: 3)], order: inner))], order: outer)
      return try Architecture(
        name: "nested", input: [4, 8, 8], stem: .none, block: block, stages: [Stage(blocks: 1, width: 4)],
        shortcut: .projection
      ).graph(classes: 3)
    }
    #expect(
      steps(try graph(.original, in: .original), "layer1.0") == [
        "conv1", "bn1", "relu", "block2.conv1", "block2.bn1", "block2.add", "block2.relu", "add", "relu2",
      ])
    #expect(
      steps(try graph(.preactivation, in: .original), "layer1.0") == [
        "conv1", "bn1", "relu", "block2.bn1", "block2.relu", "block2.conv1", "block2.add", "bn2", "add", "relu2",
      ])
    #expect(
      steps(try graph(.preactivation, in: .preactivation), "layer1.0") == [
        "bn1", "relu", "conv1", "block2.bn1", "block2.relu", "block2.conv1", "block2.add", "add",
      ])
    #expect(
      steps(try graph(.original, in: .preactivation), "layer1.0") == [
        "bn1", "relu", "conv1", "bn2", "relu2", "block2.conv1", "block2.bn1", "block2.add", "block2.relu", "add",
      ])
  }

  @Test("A dense block within another takes a stride by a transition of its own")
  func nestedDense() throws {
    let block = Block([.block(.dense(bottleneck: nil, compression: 0.5)), .convolution(kernel: 1)])
    let graph = try Architecture(
      name: "nested", input: [4, 8, 8], stem: .none, block: block, stages: [Stage(blocks: 1, width: 6, stride: 2)],
      shortcut: .projection
    ).graph(classes: 3)
    #expect(steps(graph, "layer1.0.block1.transition") == ["norm", "relu", "conv", "pool"])
    #expect(graph.layers[try graph.index(of: "layer1.0.block1")].shape == [8, 4, 4])
    #expect(graph.layers[try graph.index(of: "layer1.0")].shape == [6, 4, 4])
  }

  @Test("Blocks of fully connected layers may have any length")
  func vectors() throws {
    let network = Architecture(
      name: "long", input: [12], stem: .none,
      block: Block([.fullyConnected(), .fullyConnected(width: 3), .fullyConnected()]),
      stages: [Stage(blocks: 2, width: 12)], shortcut: .zeroPadding)
    let graph = try network.graph(classes: 2)
    #expect(
      steps(graph, "layer1.1") == [
        "linear1", "bn1", "relu", "linear2", "bn2", "relu2", "linear3", "bn3", "add", "relu3",
      ])
    #expect(try Architecture(json: network.json()) == network)
  }
}
