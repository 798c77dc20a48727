import ResNetCore
import ResNetGraph
import Testing

@Suite struct GraphTests {
  private func small() throws -> Graph {
    let builder = GraphBuilder()
    let image = try builder.input([3, 9, 7])
    let hidden = try builder.scoped("block") {
      let a = try relu(
        image.convolution("conv1", Convolution(outputs: 4, kernel: 3, stride: 2)).batchNormalization("bn1"))
      _ = try relu(a, name: "unused")
      return try relu(a.convolution("conv2", Convolution(outputs: 4, kernel: 3)) + a)
    }
    return builder.graph(output: try hidden.globalAveragePooling().linear("fc", Linear(outputs: 5)))
  }

  @Test("Shapes, names, counts and costs follow from the operations")
  func counts() throws {
    let graph = try small()
    #expect(graph.layers.map(\.name).contains("block.relu2"))
    #expect(!graph.layers.map(\.name).contains("block.unused"))
    #expect(graph.layers[try graph.index(of: "block")].shape == [4, 5, 4])
    #expect(graph.outputShape == [5])
    #expect(graph.parameterCount == 3 * 4 * 9 + 8 + 4 * 4 * 9 + 4 * 5 + 5)
    #expect(graph.multiplyAdds == 20 * (108 + 144) + 20)
    #expect(graph.parameters.map(\.name).contains("block.bn1.running_var"))
  }

  @Test("A shortcut whose size does not match is refused with both shapes")
  func mismatch() throws {
    let builder = GraphBuilder()
    let image = try builder.input([3, 8, 8])
    let branch = try image.convolution("conv1", Convolution(outputs: 6, kernel: 3, stride: 2))
    let error = #expect(throws: ResNetError.self) { try branch + image }
    #expect(error?.description.contains("6×4×4") == true)
    #expect(error?.description.contains("3×8×8") == true)
    #expect(error?.code == .usage)
  }

  @Test("Names that are taken, windows that do not fit and impossible sizes are refused with the layer's name")
  func refusals() throws {
    let builder = GraphBuilder()
    let image = try builder.input([3, 4, 4])
    _ = try image.convolution("conv1", Convolution(outputs: 6, kernel: 3))
    #expect(throws: ResNetError.self) { try image.convolution("conv1", Convolution(outputs: 6, kernel: 3)) }
    for bad in [
      Convolution(outputs: 6, kernel: 7, padding: 0), Convolution(outputs: 0, kernel: 3),
      Convolution(outputs: 6, kernel: 3, stride: 0), Convolution(outputs: Int.max, kernel: 3),
    ] {
      let error = #expect(throws: ResNetError.self) { try image.convolution("conv2", bad) }
      #expect(error?.place == "conv2")
    }
    #expect(throws: ResNetError.self) { try image.linear("fc", Linear(outputs: 3)) }
    #expect(throws: ResNetError.self) { try image.zeroPadding(nil, ZeroPadding(stride: 1, before: -1, after: 0)) }
    #expect(throws: ResNetError.self) { try GraphBuilder().input([0, 3, 3]) }
  }

  @Test("Initial values are a function of the seed and the parameter's name")
  func initialization() throws {
    let weight = try #require(try small().parameters.first { $0.name == "block.conv2.weight" })
    #expect(weight.initialValues(seed: 3) == weight.initialValues(seed: 3))
    #expect(weight.initialValues(seed: 3) != weight.initialValues(seed: 4))
    #expect((weight.fanIn, weight.fanOut) == (36, 36))
    let wide = Initializer.he(.fanOut).values(name: "w", shape: [50, 40, 3, 3], fanIn: 360, fanOut: 450, seed: 1)
    let deviation = (wide.reduce(0.0) { $0 + Double($1 * $1) } / Double(wide.count)).squareRoot()
    #expect(abs(deviation - (2.0 / 450).squareRoot()) < 0.002)
    let xavier = Initializer.xavier.values(name: "w", shape: [50, 40], fanIn: 40, fanOut: 50, seed: 1)
    #expect(xavier.allSatisfy { abs($0) <= (6 / 90 as Float).squareRoot() })
  }
}
