import Foundation
import ResNetCore
import ResNetGraph
import ResNetReference
import Testing

/// Small cases worked out by hand.
@Suite struct EquationTests {
  private func output(
    _ shape: Shape, _ input: [Double], batch: Int = 1, _ parameters: [String: [Double]] = [:],
    options: Reference.Options = .init(), _ layers: (Node) throws -> Node
  ) throws -> Trace {
    let builder = GraphBuilder()
    let graph = builder.graph(output: try layers(builder.input(shape)))
    return try Reference(graph: graph, parameters: parameters).forward(input, batch: batch, options: options)
  }

  private let counted: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  @Test("A 1×1 convolution mixes channels at each pixel")
  func pointwise() throws {
    let trace = try output([2, 1, 2], [1, 2, 10, 20], ["conv.weight": [3, 1, 0, -1], "conv.bias": [0.5, 0]]) {
      try $0.convolution("conv", Convolution(outputs: 2, kernel: 1, bias: .constant(0)))
    }
    #expect(trace.logits == [13.5, 26.5, -10, -20])
  }

  @Test("A 3×3 convolution is a correlation, with zeros around the image")
  func correlation() throws {
    let weight: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let trace = try output([1, 3, 3], counted, ["conv.weight": weight]) {
      try $0.convolution("conv", Convolution(outputs: 1, kernel: 3))
    }
    #expect(trace.logits[4] == 285)  // 1² + … + 9²
    #expect(trace.logits[0] == 94)  // 1·5 + 2·6 + 4·8 + 5·9
    #expect(trace.logits[1] == 154)  // 1·4 + 2·5 + 3·6 + 4·7 + 5·8 + 6·9
  }

  @Test("Stride and padding choose the windows")
  func strides() throws {
    let ones = Array(repeating: 1.0, count: 9)
    let strided = try output([1, 3, 3], counted, ["conv.weight": ones]) {
      try $0.convolution("conv", Convolution(outputs: 1, kernel: 3, stride: 2))
    }
    #expect(strided.logits == [12, 16, 24, 28])
    let unpadded = try output([1, 3, 3], counted, ["conv.weight": [1, 1, 1, 1]]) {
      try $0.convolution("conv", Convolution(outputs: 1, kernel: 2, padding: 0))
    }
    #expect(unpadded.logits == [12, 16, 24, 28])
    let wide = try output([1, 1, 1], [2], ["conv.weight": counted]) {
      try $0.convolution("conv", Convolution(outputs: 1, kernel: 3, padding: 2))
    }
    #expect(wide.logits == counted.reversed().map { 2 * $0 })
  }

  @Test("Padding never wins a maximum, even of negative values")
  func maxima() throws {
    let trace = try output([1, 3, 3], counted.map { -$0 }) {
      try $0.maxPooling("pool", Pooling(kernel: 3, stride: 2, padding: 1))
    }
    #expect(trace.logits == [-1, -2, -4, -5])
  }

  @Test("Shortcut A keeps every other pixel between channels of zeros")
  func zeroPadding() throws {
    let trace = try output([1, 3, 3], counted) {
      try $0.zeroPadding("pad", ZeroPadding(stride: 2, before: 1, after: 1))
    }
    #expect(trace.logits == [0, 0, 0, 0, 1, 3, 7, 9, 0, 0, 0, 0])
    let vector = try output([2], [4, 5], batch: 1) {
      try $0.zeroPadding("pad", ZeroPadding(stride: 1, before: 0, after: 1))
    }
    #expect(vector.logits == [4, 5, 0])
  }

  @Test("Pooling, flattening and fully connected layers on two samples")
  func vectors() throws {
    let pooled = try output([2, 1, 2], [1, 3, 5, 9, -1, -3, 0, 2], batch: 2) { try $0.globalAveragePooling("pool") }
    #expect(pooled.logits == [2, 7, -2, 1])
    let linear = try output(
      [1, 1, 2], [1, 2, 3, 4], batch: 2, ["fc.weight": [1, 10, 0, -1], "fc.bias": [0.5, 0]]
    ) { try $0.flatten("flatten").linear("fc", Linear(outputs: 2)) }
    #expect(linear.logits == [21.5, -2, 43.5, -4])
  }

  @Test("Batch normalisation divides by the biased deviation and gathers the unbiased variance")
  func normalization() throws {
    let parameters: [String: [Double]] = [
      "bn.weight": [2, 1], "bn.bias": [0.5, 0], "bn.running_mean": [1, 0], "bn.running_var": [3, 4],
    ]
    func pass(_ options: Reference.Options) throws -> Trace {
      try output([2, 1, 2], [1, 3, 0, 0, 5, 7, 0, 4], batch: 2, parameters, options: options) {
        try $0.batchNormalization("bn", BatchNormalization(epsilon: 0, momentum: 0.25))
      }
    }
    let trace = try pass(.init())
    let statistics = try #require(trace.batchStatistics["bn"])
    #expect(statistics.mean == [4, 1])
    #expect(statistics.variance == [5, 3])
    let unbiased = 20.0 / 3
    #expect(statistics.unbiasedVariance == [unbiased, 4])
    let first = 0.5 - 6 / 5.0.squareRoot()
    #expect(abs(trace.logits[0] - first) < 1e-14)
    #expect(trace.runningStatistics["bn.running_mean"] == [1.75, 0.25])
    #expect(trace.runningStatistics["bn.running_var"] == [2.25 + 0.25 * unbiased, 4])

    let evaluation = try pass(.init(statisticsOfLayers: ["bn": .running]))
    #expect(evaluation.logits[2...3] == [0, 0])
    #expect(evaluation.logits[7] == 2)
    #expect(evaluation.runningStatistics.isEmpty)
  }

  @Test("Gates multiply the branch and the shortcut of one addition")
  func gates() throws {
    let trace = try output(
      [2], [3, -4], ["fc.weight": [1, 0, 0, 1]], options: .init(gates: ["add": .init(branch: 2, shortcut: 0.5)])
    ) { try relu($0.linear("fc", Linear(outputs: 2, bias: nil)) + $0) }
    #expect(trace.outputs[2] == [7.5, -10])
    #expect(trace.logits == [7.5, 0])
  }

  @Test("Cross-entropy is the mean of −log softmax, also for large logits")
  func crossEntropy() throws {
    let trace = try output([2], [0, log(3), 1000, 0], batch: 2) { try relu($0) }
    let half = log(4.0 / 3) / 2
    #expect(abs(try trace.value(of: .crossEntropy(labels: [1, 0])) - half) < 1e-15)
    #expect(try trace.value(of: .crossEntropy(labels: [1, 1])) > 499)
    #expect(try trace.value(of: .logit(0)) == 1000)
    #expect(try trace.value(of: .given([1, 0, 0.5, 7])) == 500)
    #expect(throws: ResNetError.self) { try trace.value(of: .crossEntropy(labels: [0, 2])) }
    #expect(throws: ResNetError.self) { try trace.value(of: .weightedCrossEntropy(targets: [1, 0, 1])) }
    let (first, second) = (
      try trace.value(of: .crossEntropy(labels: [1, 0])), try trace.value(of: .crossEntropy(labels: [1, 1]))
    )
    #expect(
      abs(try trace.value(of: .weightedCrossEntropy(targets: [0, 1, 0.25, 0.75])) - (first + 3 * second) / 4) < 1e-12)
    #expect(throws: ResNetError.self) { try trace.value(of: .logit(2)) }
    #expect(throws: ResNetError.self) { try trace.value(of: .given([1])) }
  }

  @Test("Parameters, inputs, batches and names that do not fit are refused")
  func refusals() throws {
    let values: [String: [Double]] = [
      "bn.weight": [1], "bn.bias": [0], "bn.running_mean": [0], "bn.running_var": [1],
    ]
    func pass(_ input: [Double], _ parameters: [String: [Double]], _ options: Reference.Options = .init()) throws {
      _ = try output([1], input, parameters, options: options) { try $0.batchNormalization("bn") }
    }
    #expect(throws: Never.self) { try pass([1], values, .init(statistics: .running)) }
    #expect(throws: ResNetError.self) { try pass([1], values) }
    #expect(throws: ResNetError.self) { try pass([1, 2], values, .init(statistics: .running)) }
    #expect(throws: ResNetError.self) { try pass([1], [:], .init(statistics: .running)) }
    #expect(throws: ResNetError.self) { try pass([1], values, .init(statisticsOfLayers: ["fc": .running])) }
    #expect(throws: ResNetError.self) { try pass([1], values, .init(statistics: .running, gates: ["bn": .init()])) }
  }
}
