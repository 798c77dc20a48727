import Foundation
import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct SummaryTests {
  @Test("A summary ends with the totals as the literature prints them")
  func totals() throws {
    let summary = try Architecture.resNet50.graph(classes: 1000).summary(network: "resnet50")
    #expect(summary.description.hasSuffix("\n25,557,032 parameters · 4.089 G multiply-adds"))
    #expect(summary.description.hasPrefix("resnet50\n"))
    #expect(
      try Architecture.cifar(depth: 20).graph(classes: 10).summary().totals
        == "269,722 parameters · 40.55 M multiply-adds")
  }

  @Test("The table is at most 80 columns wide", arguments: ["resnet1202", "resnet200", "fully_connected_resnet20"])
  func width(_ name: String) throws {
    let lines = try Architecture.named(name).graph(classes: 10).summary(network: name).description.split(
      separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.contains { $0.hasPrefix("layer3.0.") && $0.contains("  ") })
  }

  @Test("The table reads layer, output, parameters, multiply-adds")
  func table() throws {
    let builder = GraphBuilder()
    let image = try builder.input([3, 4, 4])
    let path = String(repeating: "stage.", count: 8)
    let hidden = try builder.scoped(path + "0") {
      try relu(image.convolution("conv", Convolution(outputs: 64, kernel: 3)))
    }
    let text = builder.graph(output: try hidden.globalAveragePooling().linear("fc", Linear(outputs: 2))).summary()
      .description
    #expect(
      text == """
        layer                           output              parameters     multiply-adds
        input                           3×4×4
        …tage.stage.stage.stage.0.conv  64×4×4                   1,728            27,648
        …tage.stage.stage.stage.0.relu  64×4×4
        avgpool                         64
        fc                              2                          130               128
        1,858 parameters · 27.78 k multiply-adds
        """)
  }

  @Test("The stages stand between the layers and the totals")
  func stages() throws {
    let summary = try Architecture.resNet50.graph(classes: 1000).summary()
    #expect(
      summary.description.split(separator: "\n").suffix(6).joined(separator: "\n") == """
        stage                           output                channels            stride
        layer1                          256×56×56                  256                 4
        layer2                          512×28×28                  512                 8
        layer3                          1024×14×14               1,024                16
        layer4                          2048×7×7                 2,048                32
        25,557,032 parameters · 4.089 G multiply-adds
        """)
  }

  @Test("The JSON has the network, the totals, the layers and the stages")
  func json() throws {
    let summary = try Architecture.cifar(depth: 8).graph(classes: 10).summary(network: "resnet8")
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(GraphSummary.self, from: data) == summary)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(object.keys) == ["network", "parameters", "multiplyAdds", "layers", "stages"])
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(Set(layers[1].keys) == ["name", "kind", "shape", "parameters", "multiplyAdds"])
    #expect(layers[1]["kind"] as? String == "convolution")
    #expect(layers[1]["shape"] as? [Int] == [16, 32, 32])
    #expect(summary.layers.reduce(0) { $0 + $1.parameters } == summary.parameters)
    let stages = try #require(object["stages"] as? [[String: Any]])
    #expect(stages.map { $0["name"] as? String } == ["layer1", "layer2", "layer3"])
    #expect(stages.map { $0["stride"] as? Int } == [1, 2, 4])
    #expect(stages.map { $0["channels"] as? Int } == [16, 32, 64])
    #expect(stages.map { $0["shape"] as? [Int] } == [[16, 32, 32], [32, 16, 16], [64, 8, 8]])
  }
}
