import Foundation
import ResNetCore
import ResNetModels
import Testing

@Suite struct JSONTests {
  static let varied: [Architecture] = {
    let odd = Architecture(
      name: "mine", input: [1, 28, 28], stem: .none, block: .bottleneck,
      stages: [Stage(blocks: 2, width: 3, stride: 2)],
      shortcut: .projectionEverywhere, strideIn: .oneByOne, normalization: .none,
      initialization: .normal(deviation: 0.1))
    var zero = Architecture.resNet18
    zero.zeroLastScale = true
    zero.shortcut = .zeroPaddingAfter
    zero.initialization = .xavier
    var later = Architecture.resNet18
    later.changeBlocks {
      $0.order = .reluBeforeAddition
      $0.squeeze = 8
      $0.dropout = 0.25
    }
    later.stem = .deep(width: 16)
    later.shortcut = .pooledProjection
    later.carry = .exclusiveGate
    later.survival = 0.8
    later.initialization = .heFanIn
    later.name = "a \"name\", with {marks}: [\\]"
    return [odd, zero, later]
  }()

  @Test("A description survives JSON, and equal ones give equal bytes")
  func roundTrip() throws {
    let all = try Architecture.catalogue.map { try Architecture.named($0.name) } + Self.varied
    for network in all {
      let text = try network.json()
      #expect(try Architecture(json: text) == network)
      #expect(try Architecture(json: text).json() == text)
      #expect(try Architecture(json: network.formattedJSON()) == network)
    }
  }

  @Test("The keys are those of files already written")
  func keys() throws {
    #expect(
      try Architecture.cifar(depth: 8).json() == """
        {"block":"basic","initialization":"he","input":[3,32,32],"name":"resnet8","normalization":"batch",\
        "shortcut":"a","stages":[{"blocks":1,"stride":1,"width":16},{"blocks":1,"stride":2,"width":32},\
        {"blocks":1,"stride":2,"width":64}],"stem":{"kind":"cifar","width":16},"strideIn":"3x3","zeroLastScale":false}
        """)
  }

  @Test("What is for people has a line for each part that fits in one")
  func formatted() throws {
    #expect(
      try Architecture.named("densenet_bc10_k12").formattedJSON() == """
        {
          "block": {
            "branch": [{"kernel": 1, "width": 4}, {"kernel": 3}],
            "compression": 0.5,
            "connection": "dense"
          },
          "initialization": "he-fan-in",
          "input": [3, 32, 32],
          "name": "densenet_bc10_k12",
          "normalization": "batch",
          "shortcut": "none",
          "stages": [
            {"blocks": 1, "stride": 1, "width": 12},
            {"blocks": 1, "stride": 2, "width": 12},
            {"blocks": 1, "stride": 2, "width": 12}
          ],
          "stem": {"kind": "cifar", "width": 24},
          "strideIn": "3x3",
          "zeroLastScale": false
        }
        """)
  }

  @Test("What is left out is as usual")
  func defaults() throws {
    let text = """
      {"name": "mine", "input": [8], "stem": {"kind": "none"}, "block": "fully-connected",
       "stages": [{"blocks": 1, "width": 8}]}
      """
    let network = try Architecture(json: text)
    #expect(network.shortcut == .projection && network.carry == .whole && network.survival == 1)
    #expect(network.normalization == .batch && network.initialization == .he && network.stages[0].stride == 1)
  }

  /// Pairs of what to replace in a good description, and by what.
  static let hostile: [(String, String)] = [
    (#""block":"basic""#, #""block":"dense""#), (#""block":"basic""#, #""block":7"#), (#""block":"basic","#, ""),
    (#""name":"resnet8""#, #""name":null"#), (#""name":"resnet8""#, #""name":"""#),
    (#""name":"resnet8""#, #""name":"a\nb""#), (#""name":"resnet8""#, #""name":"resnet8","groups":32"#),
    (#""kind":"cifar""#, #""kind":"cifar","depth":3"#), (#""kind":"cifar""#, #""kind":"vgg""#),
    (#","width":16},"strideIn""#, #"},"strideIn""#), (#""width":64}],"#, #""width":64}"#),
    (#""width":32"#, #""width":0"#), (#""width":32"#, #""width":-5"#), (#""width":32"#, #""width":1.5"#),
    (#""width":32"#, #""width":9223372036854775807"#), (#""width":32"#, #""width":1e300"#),
    (#""width":32"#, #""width":65537"#), (#""width":32"#, #""width":32,"groups":2"#),
    (#""blocks":1"#, #""blocks":0"#), (#""blocks":1"#, #""blocks":9223372036854775807"#),
    (#""blocks":1"#, #""blocks":9999"#), (#""stride":2"#, #""stride":0"#), (#""stride":2"#, #""stride":1000000"#),
    (#"[3,32,32]"#, #"[3,32]"#), (#"[3,32,32]"#, #"[]"#), (#"[3,32,32]"#, #"[3,-32,32]"#), (#"[3,32,32]"#, #"[3072]"#),
    (#"[3,32,32]"#, #"[9223372036854775807,9223372036854775807,2]"#), (#"[3,32,32]"#, #"[1048576,1048576,1048576]"#),
    (#""he""#, #""normal:0""#), (#""he""#, #""normal:nan""#), (#""he""#, #""normal:1e99""#), (#""he""#, #""zeros""#),
    (#""zeroLastScale":false"#, #""zeroLastScale":"no""#), (#""strideIn":"3x3""#, #""strideIn":"1x1""#),
    (#""strideIn":"3x3""#, #""strideIn":"5x5""#), (#""normalization":"batch""#, #""normalization":"layer""#),
    (#""shortcut":"a""#, #""shortcut":"e""#), (#""kind":"cifar""#, #""kind":"fully-connected""#),
    (#"}"#, ""), (#"{"block"#, #"[{"block"#),
  ]

  @Test("A hostile or damaged description is refused as data", arguments: hostile)
  func refusals(_ replaced: String, _ replacement: String) throws {
    let good = try Architecture.cifar(depth: 8).json()
    let bad = good.replacingOccurrences(of: replaced, with: replacement)
    #expect(bad != good)
    let error = try #require(throws: ResNetError.self) { try Architecture(json: bad) }
    #expect(error.code == .data)
    #expect(error.place != nil && error.description.utf8.count < 400 && !error.description.contains("\n"))
  }

  @Test("Deep nesting, long texts, many stages and what is no object are refused")
  func shapesOfText() throws {
    let stages = String(repeating: #"{"blocks":1,"width":1},"#, count: 2000)
    let many = try Architecture.cifar(depth: 8).json().replacingOccurrences(
      of: #""stages":["#, with: #""stages":["# + stages)
    for bad in [
      "", "null", "[]", "7", "\u{0}", "{", String(repeating: "[", count: 60_000),
      String(repeating: #"{"name":"#, count: 8_000), String(repeating: " ", count: 1 << 20), many,
    ] {
      let error = #expect(throws: ResNetError.self) { try Architecture(json: bad) }
      #expect(error?.code == .data)
    }
  }

  @Test("Parts that do not fit together are not written")
  func writing() {
    var network = Architecture.resNet18
    network.stages = []
    #expect(throws: ResNetError.self) { try network.json() }
  }
}
