import Foundation
import ResNetCore
import ResNetModels
import Testing

@Suite struct OwnBlockRefusalTests {
  /// What to replace in `OwnBlockTests.mixed`, by what, and what the error says of place and reason.
  static let hostile: [(String, String, String)] = [
    (
      #""five": {"branch": [{"kernel": 1},"#, #""five": {"branch": ["nested","#,
      "'five' contains itself: five → nested → five"
    ),
    (#"["five", {"kernel": 3, "width": 2}]"#, #"["nested"]"#, "nested → nested"),
    (#""block": "five""#, #""block": "six""#, "architecture, stages.2.block: 'six' is not a block"),
    (#"["five", {"#, #"["six", {"#, "blocks.nested.branch.0: 'six' is not a block"),
    (#""five": {"#, #""basic": {"#, "'basic' cannot be a block's name"),
    (#""five": {"#, #""fi\nve": {"#, "cannot be a block's name"),
    (#"{"kernel": 5}"#, #"{"kernel": 4}"#, "a kernel of 4"),
    (#"{"kernel": 5}"#, #"{"kernel": 33}"#, "a kernel of 33"),
    (#"{"kernel": 5}"#, #"{"kernel": 1.5}"#, "blocks.five.branch.3.kernel"),
    (#"{"kernel": 5}"#, #"{"kernel": "5"}"#, "blocks.five.branch.3.kernel: a whole number is needed"),
    (#"{"kernel": 5}"#, #"{}"#, "blocks.five.branch.3.kernel: the value is missing"),
    (#"{"kernel": 5}"#, #"7"#, "blocks.five.branch.3"),
    (#"{"kernel": 5}"#, #"null"#, "blocks.five.branch.3"),
    (#"{"kernel": 5}"#, #"{"kernel": 5, "stride": 2}"#, "blocks.five.branch.3.stride: the key 'stride' is not known"),
    (#"{"kernel": 5}"#, #"{"kernel": 5, "width": 65}"#, "65 times the stage's width"),
    (#"{"kernel": 5}"#, #"{"kernel": 5, "width": 0}"#, "0 times the stage's width"),
    (#"{"kernel": 5}"#, #"{"kernel": 5, "groups": 0}"#, "0 groups"),
    (#"{"kernel": 5}"#, #"{"kind": "fully-connected"}"#, "does not give what the blocks take"),
    (#"{"kernel": 5}"#, #"{"kind": "fully-connected", "kernel": 5}"#, "a fully connected layer has no kernel"),
    (#"{"kernel": 5}"#, #"{"kind": "fully-connected", "groups": 5}"#, "a fully connected layer has no groups"),
    (#"{"kernel": 5}"#, #"{"kind": "pooling"}"#, "'pooling' is not a kind"),
    (#""branch": ["five", {"kernel": 3, "width": 2}]"#, #""branch": []"#, "an empty branch"),
    (#""branch": ["five", {"kernel": 3, "width": 2}]"#, #""branch": "five""#, "'five' is not a branch"),
    (#""branch": ["five", {"kernel": 3, "width": 2}],"#, "", "blocks.nested.branch: the value is missing"),
    (#""squeeze": 4"#, #""squeeze": 0"#, "a squeeze of 0"), (#""squeeze": 4"#, #""squeeze": 1e9"#, "a squeeze of"),
    (#""dropout": 0.1"#, #""dropout": 1"#, "a dropout of 1"),
    (#""dropout": 0.1"#, #""dropout": -0.1"#, "a dropout of -0.1"),
    (#""dropout": 0.1"#, #""order": "random""#, "'random' is not a order"),
    (#""dropout": 0.1"#, #""compression": 0.5"#, "only dense blocks have a compression"),
    (#""dropout": 0.1"#, #""groups": 2"#, "the key 'groups' is not known"),
    (#""compression": 0.5"#, #""compression": 0"#, "a compression of 0"),
    (#""compression": 0.5"#, #""compression": 1.1"#, "a compression of 1.1"),
    (#""compression": 0.5"#, #""order": "original""#, "a dense block cannot have the order original"),
    (#""connection": "dense""#, #""connection": "sparse""#, "'sparse' is not a connection"),
    (#""blocks": {"#, #""blocks": [], "block": {"#, "architecture"),
    (#""shortcut": "b""#, #""shortcut": "b", "carry": "most""#, "'most' is not a carry"),
    (#""shortcut": "b""#, #""shortcut": "none", "carry": "half""#, "there are no shortcuts"),
    (#""shortcut": "b""#, #""shortcut": "none", "survival": 0.5"#, "there are no shortcuts"),
    (#""shortcut": "b""#, #""survival": 0"#, "a survival of 0"),
    (#""shortcut": "b""#, #""survival": 1.5"#, "a survival of 1.5"),
    (#""kind": "cifar""#, #""kind": "fully-connected""#, "the stem does not give what the blocks take"),
    (#""block": "bottleneck""#, #""block": "fully-connected""#, "the stem does not give what the blocks take"),
    (#""block": "bottleneck""#, #""block": null"#, "stages.1.block"),
    (#""block": "basic","#, "", "architecture, block: the value is missing"),
  ]

  @Test("What a file says of its blocks wrongly is refused with the place", arguments: hostile)
  func refusals(_ replaced: String, _ replacement: String, _ expected: String) throws {
    let bad = OwnBlockTests.mixed.replacingOccurrences(of: replaced, with: replacement)
    #expect(bad != OwnBlockTests.mixed)
    let error = try #require(throws: ResNetError.self) { try Architecture(json: bad) }
    #expect(error.code == .data)
    #expect(error.description.contains(expected), "\(error)")
    #expect(error.description.utf8.count < 600 && !error.description.contains("\n"))
  }

  private func refusal(blocks: String, stages: String = #"{"blocks": 1, "width": 4, "block": "a"}"#) throws -> String {
    let text = """
      {"name": "n", "input": [4, 8, 8], "stem": {"kind": "none"}, "block": "basic", "blocks": {\(blocks)},
       "stages": [\(stages)]}
      """
    let start = ContinuousClock.now
    let error = try #require(throws: ResNetError.self) { try Architecture(json: text) }
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(error.code == .data)
    return error.description
  }

  @Test("A small file that asks for a huge network ends in an error, quickly")
  func bombs() throws {
    // Each names the next ten times: ten thousand million layers.
    let names = "abcdefghijk".map(String.init)
    let tenfold = zip(names, names.dropFirst()).map { outer, inner in
      #""\#(outer)": {"branch": [\#(Array(repeating: "\"\(inner)\"", count: 10).joined(separator: ","))]}"#
    }
    let definitions = (tenfold + [#""k": {"branch": [{"kernel": 3}]}"#]).joined(separator: ",")
    #expect(try refusal(blocks: definitions).contains("deep"))
    let shallow = [
      #""a": {"branch": [\#(Array(repeating: #""b""#, count: 100).joined(separator: ","))]}"#,
      #""b": {"branch": [\#(Array(repeating: #""c""#, count: 100).joined(separator: ","))]}"#,
      #""c": {"branch": [{"kernel": 3}]}"#,
    ].joined(separator: ",")
    #expect(try refusal(blocks: shallow).contains("more than 512 layers and blocks"))
    let many = (0..<65).map { #""b\#($0)": {"branch": "basic"}"# }.joined(separator: ",")
    #expect(try refusal(blocks: many).contains("65 definitions"))
    let long = #""a": {"branch": [\#(Array(repeating: #"{"kernel": 3}"#, count: 300).joined(separator: ","))]}"#
    let two = #"{"blocks": 1, "width": 4, "block": "a"}, {"blocks": 1, "width": 4, "block": "a"}"#
    #expect(try refusal(blocks: long, stages: two).contains("more than 512 layers"))
    let deep = #"{"blocks": 100, "width": 4, "block": "a"}"#
    #expect(try refusal(blocks: long, stages: deep).contains("a depth of 30001 layers"))
    let stages = Array(repeating: #"{"blocks": 1, "width": 4}"#, count: 65).joined(separator: ",")
    #expect(try refusal(blocks: "", stages: stages).contains("more than 64 stages"))
  }

  @Test("Definitions that name each other directly are a cycle too, and one that nothing uses is checked")
  func definitions() throws {
    #expect(try refusal(blocks: #""a": "b", "b": "a""#).contains("a → b → a"))
    #expect(try refusal(blocks: #""a": "basic", "b": {"branch": 3}"#).contains("blocks.b.branch"))
    #expect(try refusal(blocks: #""a": "basic", "b": 3"#).contains("blocks.b"))
  }

  @Test("In Swift too what cannot be built is refused")
  func values() throws {
    func refusal(_ block: Block) throws -> String {
      let network = Architecture(
        name: "n", input: [4, 8, 8], stem: .none, block: block, stages: [Stage(blocks: 1, width: 4)],
        shortcut: .projection)
      let error = try #require(throws: ResNetError.self) { try network.graph(classes: 2) }
      #expect(error.code == .usage)
      return error.description
    }
    var deep = Block.basic
    for _ in 0..<5 { deep = Block([.block(deep)]) }
    #expect(try refusal(deep).contains("more than 4 deep"))
    #expect(try refusal(Block([.convolution(kernel: 3), .fullyConnected()])).contains("another takes"))
    let groups = try refusal(Block([.convolution(kernel: 3, groups: 3)]))
    #expect(groups.contains("layer1.0.conv1: 3 groups cannot share 4 channels in and 4 out"))
  }

  @Test("A network whose values for one sample no memory holds is refused")
  func activations() throws {
    let network = try Architecture.named("resnet1202")
    let error = #expect(throws: ResNetError.self) { try network.graph(classes: 10, input: [3, 8192, 8192]) }
    #expect(error?.message.contains("values for one sample") == true)
  }
}
