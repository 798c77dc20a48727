import ResNetCore
import ResNetGraph
import Testing

@Suite struct CutTests {
  /// Two stages of one block each, pooled, with a classifier.
  private func network(classes: Int = 5) throws -> Graph {
    let builder = GraphBuilder()
    var a = try relu(builder.input([3, 13, 9]).convolution("conv1", Convolution(outputs: 4, kernel: 3, stride: 2)))
    for (stage, width) in [(1, 4), (2, 6)] {
      a = try builder.scoped("layer\(stage).0") {
        let z = try a.convolution("conv1", Convolution(outputs: width, kernel: 3, stride: stage))
          .batchNormalization("bn1")
        return try relu(z + a.convolution("downsample", Convolution(outputs: width, kernel: 1, stride: stage)))
      }
    }
    let classifier = Linear(outputs: classes, weight: .normal(deviation: 0.5), bias: nil)
    return builder.graph(output: try a.globalAveragePooling().linear("fc", classifier))
  }

  @Test("A cut network ends with the module, and keeps the names and parameters of what is left")
  func cut() throws {
    let whole = try network()
    let features = try whole.cut(at: "layer1")
    #expect(features.outputShape == [4, 7, 5])
    #expect(features.layers[features.output].name == "layer1.0.relu")
    #expect(features.parameters == whole.parameters.filter { !$0.name.hasPrefix("layer2") && $0.name != "fc.weight" })
    #expect(try whole.cut(at: "fc") == whole)
    #expect(try whole.cut(at: "layer2").cut(at: "layer1") == features)
    #expect(try whole.cut(at: "input").layers.count == 1)
  }

  @Test("What only later layers need is left out, and positions move along")
  func siblings() throws {
    // The branch that the graph holds first does not lead to the downsampling, which ends there.
    let downsampled = try network().cut(at: "layer2.0.downsample")
    #expect(!downsampled.layers.contains { $0.name == "layer2.0.bn1" })
    for (position, layer) in downsampled.layers.enumerated() { #expect(layer.inputs.allSatisfy { $0 < position }) }
    #expect(downsampled.layers[downsampled.output].inputs.map { downsampled.layers[$0].name } == ["layer1.0.relu"])
  }

  @Test("A name that the network does not have is refused")
  func unknown() throws {
    let error = #expect(throws: ResNetError.self) { try network().cut(at: "layer3") }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("layer3") == true)
  }

  @Test("A classifier of other classes has the old one's name and initialisers; none leaves the features")
  func classifiers() throws {
    let whole = try network()
    #expect(try whole.replacingClassifier(classes: 11) == network(classes: 11))
    let features = try whole.replacingClassifier(classes: nil)
    #expect(try features == whole.cut(at: "avgpool"))
    #expect(features.outputShape == [6])
  }

  @Test("A network without a classifier and an impossible number of classes are refused")
  func classifierRefusals() throws {
    let whole = try network()
    let error = #expect(throws: ResNetError.self) {
      try whole.cut(at: "layer2").replacingClassifier(classes: 3)
    }
    #expect(error?.place == "layer2.0.relu")
    for classes in [0, -1, Int.max] {
      #expect(throws: ResNetError.self) { try whole.replacingClassifier(classes: classes) }
    }
  }

  @Test("A builder goes on where a graph ends, with any head")
  func heads() throws {
    let whole = try network()
    let builder = GraphBuilder(continuing: try whole.cut(at: "layer2"))
    let deep = try builder.node("layer2")
    let scores = try deep.convolution("scores", Convolution(outputs: 21, kernel: 1))
    let detector = builder.graph(output: scores)
    #expect(detector.outputShape == [21, 4, 3])
    #expect(detector.parameters.dropLast() == whole.parameters.dropLast())
    #expect(throws: ResNetError.self) { try deep.convolution("conv1", Convolution(outputs: 2, kernel: 1)) }
    #expect(throws: ResNetError.self) { try builder.node("fc") }
    // Unnamed layers find names that are free.
    #expect(throws: Never.self) { try relu(builder.node("conv1")) }
  }

  @Test("Costs go on counting where the graph ended, so that sums that do not fit are refused")
  func totals() throws {
    let builder = GraphBuilder()
    let image = try builder.input([1 << 24, 1 << 14, 1 << 9])
    let half = builder.graph(output: try image.convolution("one", Convolution(outputs: 1 << 15, kernel: 1)))
    #expect(half.multiplyAdds == 1 << 62)
    let more = GraphBuilder(continuing: half)
    #expect(throws: ResNetError.self) {
      try more.node("input").convolution("two", Convolution(outputs: 1 << 15, kernel: 1))
    }
  }
}
