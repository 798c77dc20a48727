import Foundation
import ResNetCore
import ResNetGraph
import ResNetReference
import Testing

/// Small cases of what the whole family needs, worked out by hand.
@Suite struct FamilyEquationTests {
  private func output(
    _ shape: Shape, _ input: [Double], batch: Int = 1, _ parameters: [String: [Double]] = [:],
    options: Reference.Options = .init(), _ layers: (Node) throws -> Node
  ) throws -> [Double] {
    let builder = GraphBuilder()
    let graph = builder.graph(output: try layers(builder.input(shape)))
    return try Reference(graph: graph, parameters: parameters).forward(input, batch: batch, options: options).logits
  }

  private let counted: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  @Test("Each group of a convolution sees its own channels of each sample alone")
  func groups() throws {
    // Two groups of two inputs and two outputs each, on two samples of one pixel.
    let weight: [Double] = [1, 10, 0, 1, 2, 0, 1, -1]
    let found = try output(
      [4, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8], batch: 2, ["conv.weight": weight, "conv.bias": [0, 0, 0, 0.5]]
    ) { try $0.convolution("conv", Convolution(outputs: 4, kernel: 1, groups: 2, bias: .constant(0))) }
    #expect(found == [21, 2, 6, -0.5, 65, 6, 14, -0.5])

    // As many groups as channels, three outputs for each of two.
    let deep = try output([2, 1, 2], [1, 2, 3, 4], ["conv.weight": [1, 2, 3, 4, 5, 6]]) {
      try $0.convolution("conv", Convolution(outputs: 6, kernel: 1, groups: 2))
    }
    #expect(deep == [1, 2, 2, 4, 3, 6, 12, 16, 15, 20, 18, 24])
  }

  @Test("The mean of a window leaves out what lies outside the image")
  func averages() throws {
    func pooled(_ layer: Pooling) throws -> [Double] {
      try output([1, 3, 3], counted) { try $0.averagePooling("pool", layer) }
    }
    #expect(try pooled(Pooling(kernel: 2, stride: 1, padding: 0)) == [3, 4, 6, 7])
    #expect(try pooled(Pooling(kernel: 3, stride: 2, padding: 1)) == [3, 4, 6, 7])
    #expect(try pooled(Pooling(kernel: 2, stride: 2, padding: 0)) == [3])
    // What is left over at the right and at the bottom: 3 and 6; 7 and 8; 9.
    #expect(try pooled(Pooling(kernel: 2, stride: 2, padding: 0, roundsUp: true)) == [3, 4.5, 7.5, 9])
    // 1; 2 and 3; 4 and 7; 5, 6, 8 and 9: nothing is left over, so rounding up adds nothing.
    for roundsUp in [false, true] {
      #expect(try pooled(Pooling(kernel: 2, stride: 2, padding: 1, roundsUp: roundsUp)) == [1, 2.5, 5.5, 7])
    }
    // A window of its own that would begin in the padding is none: 3 pixels hold windows at −1 and 2 only.
    #expect(try pooled(Pooling(kernel: 2, stride: 3, padding: 1, roundsUp: true)) == [1, 3, 7, 9])
  }

  @Test("Several channels and samples are averaged each by itself")
  func averagesOfPlanes() throws {
    let found = try output([2, 1, 3], [1, 3, 5, 2, 4, 9, 0, 0, 1, -1, -3, 7], batch: 2) {
      try $0.averagePooling("pool", Pooling(kernel: 1, stride: 2, padding: 0))
    }
    #expect(found == [1, 5, 2, 9, 0, 1, -1, 7])
  }

  @Test("Greatest values, too, get windows of what is left over")
  func maxima() throws {
    let found = try output([1, 3, 3], counted.map { -$0 }) {
      try $0.maxPooling("pool", Pooling(kernel: 2, stride: 2, padding: 0, roundsUp: true))
    }
    #expect(found == [-1, -3, -7, -9])
  }

  @Test("A concatenation joins the channels of each sample, in the order of its inputs")
  func concatenation() throws {
    let images = try output([1, 1, 2], [1, 2, 3, 4], batch: 2) { a in
      try concatenate([a.affine(scale: 10), a, a.zeroPadding("pad", ZeroPadding(stride: 1, before: 1, after: 0))])
    }
    #expect(images == [10, 20, 1, 2, 0, 0, 1, 2, 30, 40, 3, 4, 0, 0, 3, 4])
    let vectors = try output([2], [1, 2, 3, 4], batch: 2) { try concatenate([$0, $0]) }
    #expect(vectors == [1, 2, 1, 2, 3, 4, 3, 4])
  }

  @Test("The sigmoid is 1 / (1 + e⁻ˣ), and stays finite far out")
  func sigmoid() throws {
    let found = try output([4], [0, log(3), -log(3), -1000]) { try $0.sigmoid() }
    for (value, expected) in zip(found, [0.5, 0.75, 0.25, 0]) { #expect(abs(value - expected) < 1e-15) }
    #expect(try output([1], [1000]) { try $0.sigmoid() } == [1])
  }

  @Test("An affine layer scales and shifts by constants")
  func affine() throws {
    #expect(try output([2], [3, -4]) { try $0.affine(scale: -1, offset: 1) } == [-2, 5])
    #expect(try output([2], [3, -4]) { try $0.affine(scale: 0.5) } == [1.5, -2])
  }

  @Test("Factors multiply value by value, or a whole channel of each sample")
  func multiplication() throws {
    #expect(try output([1, 1, 3], [1, -2, 3]) { try $0 * $0.affine(scale: 2) } == [2, 8, 18])
    let channels = try output([2, 1, 2], [1, 3, 5, 9, -1, -3, 0, 2], batch: 2) { try $0 * $0.globalAveragePooling() }
    #expect(channels == [2, 6, 35, 63, 2, 6, 0, 2])
    #expect(try output([2], [3, 4, 5, 6], batch: 2) { try $0 * $0 } == [9, 16, 25, 36])
  }

  @Test("Dropout leaves out what its key and the position say, and is the identity without a step")
  func dropout() throws {
    for unit in [Dropout.Unit.value, .sample] {
      let layer = Dropout(rate: 0.25, unit: unit)
      let input = (0..<240).map(Double.init)
      func pass(_ step: Reference.DropoutStep?) throws -> [Double] {
        try output([2, 2, 3], input, batch: 20, options: .init(dropoutStep: step)) { try $0.dropout("drop", layer) }
      }
      #expect(try pass(nil) == input)
      let key = Dropout.key(layer: "drop", seed: 3, iteration: 7)
      let found = try pass(.init(seed: 3, iteration: 7))
      for (position, value) in found.enumerated() {
        let index = unit == .value ? position : position / 12
        #expect(value == (layer.keeps(index, key: key) ? Double(position) * Double(Float(4) / 3) : 0))
      }
      #expect(found.dropFirst(12).contains(0) && found.contains { $0 > 0 })
      #expect(try pass(.init(seed: 3, iteration: 8)) != found)
      #expect(try pass(.init(seed: 4, iteration: 7)) != found)
    }
  }

  @Test("Dropout's share is its rate, each layer's is another, and neighbours do not hang together")
  func dropoutShares() throws {
    let count = 100_000
    for rate in [0, 0.1, 0.5, 0.9] as [Float] {
      let layer = Dropout(rate: rate)
      let kept = ["a", "b"].map { name in
        let key = Dropout.key(layer: name, seed: 1, iteration: 1)
        return (0..<count).map { layer.keeps($0, key: key) }
      }
      let share = Double(kept[0].count { $0 }) / Double(count)
      #expect(abs(share - Double(1 - rate)) < 0.006)
      guard rate > 0 else { continue }
      #expect(kept[0] != kept[1])
      let pairs = Double(zip(kept[0], kept[0].dropFirst()).count { $0 && $1 }) / Double(count)
      #expect(abs(pairs - share * share) < 0.006)
    }
  }
}
