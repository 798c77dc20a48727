import Foundation
import ResNet
import Testing

@Suite struct NetworksTests {
  private struct Row: Decodable {
    var name: String
    var description: String
    var parameters: Int?
    var multiplyAdds: Int?
  }

  private func parameters(_ arguments: [String]) throws -> Int {
    let result = try Tool.run(["summary"] + arguments + ["--json"])
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(GraphSummary.self, from: Data(result.output.utf8)).parameters
  }

  @Test("The list as JSON says what each network costs, and nothing of that for the rules")
  func json() throws {
    let result = try Tool.run(["networks", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let rows = try JSONDecoder().decode([Row].self, from: Data(result.output.utf8))
    #expect(rows.map(\.name) == (Architecture.catalogue + Architecture.families).map(\.name))
    for row in rows.prefix(Architecture.catalogue.count) {
      #expect((row.parameters ?? 0) > 0 && (row.multiplyAdds ?? 0) > 0, "\(row.name)")
    }
    #expect(rows.suffix(Architecture.families.count).allSatisfy { $0.parameters == nil && $0.multiplyAdds == nil })
    let known = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
    #expect(known["resnet50"]?.parameters == 25_557_032)
    #expect(known["resnet50d"]?.parameters == 25_576_264)
    #expect(known["resnet20"]?.parameters == 269_722)
    #expect(known["preact_bottleneck_resnet1001"]?.multiplyAdds == 1_487_849_984)
  }

  @Test("The list fits in 80 columns")
  func width() throws {
    for line in try Tool.run(["networks"]).output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test("A network that was printed is the same network as a file", arguments: ["resnet50", "densenet121", "resnet20"])
  func show(_ name: String) throws {
    let folder = try TemporaryFolder()
    let shown = try Tool.run(["networks", "--show", name])
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(try Architecture(json: shown.output) == .named(name))
    try folder.write(Array(shown.output.utf8), to: "my-net.json")
    let summaries = try [name, "my-net.json", folder.path + "/my-net.json"].map {
      try Tool.run(["summary", $0], in: folder.path)
    }
    #expect(summaries.allSatisfy { $0.status == 0 && $0.output == summaries[0].output })
    #expect(try Tool.run(["networks", "--show", "my-net.json"], in: folder.path).output == shown.output)
  }

  @Test("A network of one's own blocks is measured from its file")
  func own() throws {
    let folder = try TemporaryFolder()
    let text = """
      {"name": "mine", "input": [3, 8, 8], "stem": {"kind": "cifar", "width": 8}, "block": "basic",
       "blocks": {"three": {"branch": [{"kernel": 3}, {"kernel": 3}, {"kernel": 3}]}},
       "stages": [{"blocks": 1, "width": 8}, {"blocks": 2, "width": 16, "stride": 2, "block": "three"}]}
      """
    try folder.write(Array(text.utf8), to: "mine.json")
    let result = try Tool.run(
      ["bench", "train", "--network", "mine.json", "--batch", "4", "--threads", "1", "--seconds", "0.1", "--json"],
      in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("Orders, carries, dropout, survival and shortcut D are options of every network")
  func options() throws {
    for order in UnitOrder.allCases {
      #expect(try parameters(["resnet20", "--order", order.rawValue]) == 269_722)
    }
    for carry in Carry.allCases {
      let hasGate = carry == .exclusiveGate || carry == .shortcutGate
      #expect(try (parameters(["resnet20", "--carry", carry.rawValue]) > 269_722) == hasGate)
    }
    #expect(try parameters(["resnet50", "--shortcut", "d"]) == 25_557_032)
    #expect(try parameters(["wide_resnet28_10", "--dropout", "0.3", "--survival", "0.5"]) == 36_479_194)
    let deep = try Tool.run(["summary", "resnet8", "--survival", "0.5", "--dropout", "0.3"])
    #expect(deep.output.contains("layer1.0.survival") && deep.output.contains("layer1.0.dropout"))
  }

  @Test(
    "A file that describes no network ends with one line that says the place, and status 65",
    arguments: [
      (#"{"name": "mine"}"#, "mine.json, block: the value is missing"),
      (#"{"name": "mine", "name": "mine"}"#, "mine.json"),
      (
        #"""
        {"name": "mine", "input": [3, 8, 8], "stem": {"kind": "cifar", "width": 8}, "block": "basic",
         "stages": [{"blocks": 1, "width": "8"}]}
        """#, "mine.json, stages.0.width: a whole number is needed"
      ),
      (
        #"""
        {"name": "mine", "input": [3, 8, 8], "stem": {"kind": "cifar", "width": 8},
         "block": {"branch": [{"kernel": 3, "groups": 3}]}, "stages": [{"blocks": 1, "width": 8}]}
        """#, "mine.json, layer1.0.conv1: 3 groups cannot share 8 channels in and 8 out"
      ),
      (
        #"""
        {"name": "mine", "input": [3, 8, 8], "stem": {"kind": "cifar", "width": 8}, "block": "a",
         "blocks": {"a": {"branch": ["a"]}}, "stages": [{"blocks": 1, "width": 8}]}
        """#, "mine.json, blocks.a.branch.0: the block 'a' contains itself: a → a"
      ),
      (
        #"""
        {"name": "mine", "input": [3, 8, 8], "stem": {"kind": "none"}, "block": "basic", "shortcut": "a",
         "stages": [{"blocks": 1, "width": 8, "stride": 17}]}
        """#, "mine.json, stages.0: a stride of 17 is not possible"
      ),
    ])
  func refusals(_ text: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), to: "mine.json")
    let result = try Tool.run(["summary", "mine.json"], in: folder.path)
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains(expected), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "Options that a network cannot take are refused",
    arguments: [
      ("summary nowhere.json", 65, "nowhere.json"), ("summary ./resnet20", 65, "resnet20"),
      ("summary densenet121 --order original", 64, "densenet121 has dense blocks alone"),
      ("summary plain20 --carry half", 64, "there are no shortcuts"),
      ("summary densenet121 --survival 0.5", 64, "there are no shortcuts"),
      ("summary resnet20 --survival 0", 64, "a survival of 0"),
      ("summary resnet20 --dropout 1", 64, "a dropout of 1"),
      ("summary densenet121 --shortcut b", 64, "densenet121 is a network without shortcuts"),
    ] as [(String, Int32, String)])
  func impossible(_ arguments: String, _ status: Int32, _ expected: String) throws {
    let result = try Tool.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(expected), "\(result.errors)")
  }
}
