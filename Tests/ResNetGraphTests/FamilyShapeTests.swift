import ResNetCore
import ResNetGraph
import Testing

/// Shapes, parameters and refusals of what the whole family needs.
@Suite struct FamilyShapeTests {
  private func image(_ shape: Shape) throws -> Node { try GraphBuilder().input(shape) }

  private func refusal(_ body: () throws -> Node) throws -> ResNetError {
    try #require(#expect(throws: ResNetError.self) { try body() })
  }

  @Test("Groups divide the weights and the cost, and every output's fan in")
  func groups() throws {
    let builder = GraphBuilder()
    let layer = Convolution(outputs: 12, kernel: 3, groups: 4, bias: .constant(0))
    let graph = builder.graph(output: try builder.input([8, 5, 5]).convolution("conv", layer))
    #expect(graph.parameters.map(\.shape) == [[12, 2, 3, 3], [12]])
    #expect(graph.parameters[0].fanIn == 18)
    #expect(graph.multiplyAdds == 25 * 12 * 2 * 9)
  }

  @Test(
    "Groups that do not divide the channels are refused with both numbers",
    arguments: [(3, 6), (4, 6), (0, 6), (-2, 6)])
  func groupRefusals(groups: Int, outputs: Int) throws {
    let error = try refusal {
      try image([8, 5, 5]).convolution("conv", Convolution(outputs: outputs, kernel: 3, groups: groups))
    }
    #expect(error.place == "conv")
    #expect(error.message == "\(groups) groups cannot share 8 channels in and \(outputs) out")
  }

  @Test("Rounding up adds a window for what is left over, unless it would begin in the padding")
  func windows() throws {
    for (size, kernel, stride, padding, down, up) in [
      (7, 2, 2, 0, 3, 4), (8, 2, 2, 0, 4, 4), (1, 1, 2, 0, 1, 1), (7, 3, 2, 1, 4, 4), (8, 3, 2, 1, 4, 5),
      (3, 2, 3, 1, 2, 2), (2, 2, 3, 1, 1, 1), (9, 3, 4, 0, 2, 3), (9, 2, 7, 0, 2, 2), (10, 1, 4, 0, 3, 3),
    ] {
      for (roundsUp, expected) in [(false, down), (true, up)] {
        let pooling = Pooling(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp)
        #expect(
          try image([2, size, size]).averagePooling(nil, pooling).shape == [2, expected, expected], "\(size) \(pooling)"
        )
        #expect(
          try image([2, size, size]).maxPooling(nil, pooling).shape == [2, expected, expected], "\(size) \(pooling)")
      }
    }
  }

  @Test("Average pooling refuses vectors, windows that do not fit and too much padding")
  func poolingRefusals() throws {
    #expect(
      try refusal { try image([5]).averagePooling("pool", Pooling(kernel: 1, stride: 1, padding: 0)) }.place == "pool")
    for bad in [
      Pooling(kernel: 6, stride: 1, padding: 0), Pooling(kernel: 0, stride: 1, padding: 0),
      Pooling(kernel: 2, stride: 0, padding: 0), Pooling(kernel: 2, stride: 1, padding: 2),
      Pooling(kernel: 2, stride: 1, padding: -1), Pooling(kernel: Int.max, stride: 1, padding: 1, roundsUp: true),
      Pooling(kernel: 2, stride: Int.max, padding: 1, roundsUp: true),
    ] {
      #expect(try refusal { try image([2, 5, 5]).averagePooling("pool", bad) }.place == "pool")
    }
  }

  @Test("Concatenations add channels of one height and width, and refuse others with all shapes")
  func concatenations() throws {
    let a = try image([2, 5, 4])
    let b = try a.convolution("conv", Convolution(outputs: 3, kernel: 1))
    let c = try a.maxPooling(nil, Pooling(kernel: 2, stride: 1, padding: 0))
    #expect(try concatenate([a, b, a]).shape == [7, 5, 4])
    #expect(try concatenate([a.globalAveragePooling(), b.globalAveragePooling()]).shape == [5])
    let error = try refusal { try concatenate([a, b, c], name: "join") }
    #expect(error.place == "join")
    for shape in ["2×5×4", "3×5×4", "2×4×3"] { #expect(error.message.contains(shape)) }
    #expect(try refusal { try concatenate([a, a.globalAveragePooling()]) }.message.contains("2×5×4 and 2"))
    // One alone joins nothing.
    #expect(throws: ResNetError.self) { try concatenate([a]) }
    let wide = try image([1 << 24])
    #expect(throws: ResNetError.self) { try concatenate([wide, wide]) }
  }

  @Test("Factors have the same shape or are one for each channel; others are refused with both shapes")
  func factors() throws {
    let a = try image([2, 5, 4])
    #expect(try (a * a).shape == [2, 5, 4])
    #expect(try (a * a.globalAveragePooling()).shape == [2, 5, 4])
    let vector = try a.globalAveragePooling()
    #expect(try (vector * vector).shape == [2])
    #expect(try refusal { try vector * a }.message.contains("2 cannot be multiplied by 2×5×4"))
    #expect(try refusal { try a * a.flatten() }.message.contains("40"))
    let b = try a.convolution("conv", Convolution(outputs: 1, kernel: 1))
    #expect(throws: ResNetError.self) { try a * b }
  }

  @Test("Constants that are not finite and shares that cannot be left out are refused with the layer's name")
  func constants() throws {
    let a = try image([2, 5, 4])
    for (scale, offset) in [(Float.nan, 0), (.infinity, 0), (1, -Float.infinity), (1, .nan)] as [(Float, Float)] {
      #expect(try refusal { try a.affine("half", scale: scale, offset: offset) }.place == "half")
    }
    for rate in [-0.1, 1, 2, .nan, .infinity] as [Float] {
      #expect(try refusal { try a.dropout("drop", Dropout(rate: rate)) }.place == "drop")
    }
    #expect(try a.dropout("drop", Dropout(rate: 0.5, unit: .sample)).shape == a.shape)
    #expect(try a.affine(scale: 0.5).sigmoid().shape == a.shape)
  }
}
