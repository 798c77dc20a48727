import ResNetCore
import ResNetGraph
import Testing

@Suite struct StageTests {
  /// Name, stride and shape of each stage; channels are checked on the way.
  private func lines(_ stages: [Graph.Stage]) -> [String] {
    for stage in stages { #expect(stage.channels == stage.shape[0]) }
    return stages.map { "\($0.name) \($0.stride) \($0.shape)" }
  }

  @Test("Stages tell name, stride, channels and shape, whatever strides there are: convolutions, pooling, shortcuts")
  func residual() throws {
    let builder = GraphBuilder()
    var a = try builder.input([3, 45, 38]).convolution("conv1", Convolution(outputs: 4, kernel: 7, stride: 2))
      .maxPooling("maxpool", Pooling(kernel: 3, stride: 2, padding: 1))
    a = try builder.scoped("layer1.0") { try relu(a.convolution("conv1", Convolution(outputs: 4, kernel: 3)) + a) }
    a = try builder.scoped("layer2.0") {
      let z = try a.convolution("conv1", Convolution(outputs: 8, kernel: 3, stride: 3))
      return try relu(z + a.zeroPadding(nil, ZeroPadding(stride: 3, before: 2, after: 2)))
    }
    a = try builder.scoped("layer3.0") {
      try a.averagePooling("pool", Pooling(kernel: 2, stride: 2, padding: 0, roundsUp: true))
    }
    // A gate's way through vectors does not change the place in the image.
    a = try builder.scoped("layer3.1") { try a * a.globalAveragePooling().sigmoid() }
    let graph = builder.graph(output: try a.globalAveragePooling().linear("fc", Linear(outputs: 2)))
    #expect(lines(graph.stages) == ["layer1 4 4×12×10", "layer2 12 8×4×4", "layer3 24 8×2×2"])
    for stage in graph.stages { #expect(graph.layers[try graph.index(of: stage.name)].shape == stage.shape) }
    #expect(try graph.cut(at: "layer2").stages == Array(graph.stages.prefix(2)))
    #expect(graph.summary().stages == graph.stages)
  }

  @Test("Dense blocks are stages, wherever they stand; transitions, stems and other names are none")
  func dense() throws {
    let builder = GraphBuilder()
    let image = try builder.input([3, 8, 8])
    let logits = try builder.scoped("features") {
      var a = try image.convolution("conv0", Convolution(outputs: 4, kernel: 3))
      for block in 1...2 {
        a = try builder.scoped("denseblock\(block)") {
          let z = try builder.scoped("denselayer1") { try a.convolution("conv1", Convolution(outputs: 2, kernel: 3)) }
          return try concatenate([a, z])
        }
        if block == 1 {
          a = try builder.scoped("transition1") {
            try a.averagePooling("pool", Pooling(kernel: 2, stride: 2, padding: 0))
          }
        }
      }
      a = try builder.scoped("layer") { try relu(a) }
      return try relu(a, name: "layer9")
    }
    #expect(
      lines(builder.graph(output: logits).stages) == ["features.denseblock1 1 6×8×8", "features.denseblock2 2 8×4×4"])
  }

  @Test("Stages of vectors have stride 1, and strides whose product does not fit do not trap")
  func limits() throws {
    let builder = GraphBuilder()
    let a = try builder.input([5])
    let vector = try builder.scoped("layer1.0") { try a.linear("fc", Linear(outputs: 7)) }
    #expect(lines(builder.graph(output: vector).stages) == ["layer1 1 7"])

    let images = GraphBuilder()
    var b = try images.input([1, 1, 1])
    b = try images.scoped("layer1.0") {
      for _ in 0..<3 { b = try b.zeroPadding(nil, ZeroPadding(stride: 1 << 40, before: 0, after: 0)) }
      return b
    }
    #expect(images.graph(output: b).stages.map(\.shape) == [[1, 1, 1]])
  }
}
