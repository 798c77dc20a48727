import Foundation
import ResNetCore
import ResNetGraph
import ResNetReference
import ResNetTesting
import Testing

@Suite struct NumericGradientTests {
  /// relu(fc(x) + x) with logits, on one sample.
  private func block(
    _ scalar: Scalar, x: [Double], weight: [Double], options: Reference.Options = .init()
  ) throws -> NumericGradient {
    let builder = GraphBuilder()
    let a = try builder.input([2])
    let sum = try a.linear("fc", Linear(outputs: 2, bias: nil)) + a
    let graph = builder.graph(output: try relu(sum, name: "relu"))
    let reference = try Reference(graph: graph, parameters: ["fc.weight": weight])
    return try NumericGradient(of: scalar, reference: reference, input: x, batch: 1, options: options)
  }

  @Test("The gradient of cross-entropy for the logits is softmax minus the label")
  func softmax() throws {
    let gradient = try block(.crossEntropy(labels: [0]), x: [1, 2], weight: [0, 0, 0, 0])
    let shares = [exp(1.0), exp(2.0)].map { $0 / (exp(1.0) + exp(2.0)) }
    for (index, expected) in [shares[0] - 1, shares[1]].enumerated() {
      #expect(abs(try #require(try gradient.element(index, of: .activation("relu"))) - expected) < 1e-9)
      #expect(abs(try #require(try gradient.element(index, of: .input)) - expected) < 1e-9)
    }
    // ∂L/∂W = δ·aᵀ
    let along = try #require(try gradient.along([1, 0, 0, 1], of: .parameter("fc.weight")))
    let expected = shares[0] - 1 + 2 * shares[1]
    #expect(abs(along - expected) < 1e-9)
  }

  @Test("A shortcut passes the gradient unchanged, a dead ReLU none, and a corner is told")
  func shortcuts() throws {
    let gradient = try block(.given([1, 3]), x: [1, -2], weight: [0, 0, 0, 0])
    #expect(abs(try #require(try gradient.element(0, of: .input)) - 1) < 1e-9)
    #expect(try gradient.element(1, of: .input) == 0)
    #expect(try block(.logit(0), x: [0, 1], weight: [0, 0, 0, 0]).element(0, of: .input) == nil)
  }

  @Test("Backward gates replace the gradients of branch and shortcut and leave the value alone")
  func backwardGates() throws {
    let weight = [2.0, 0, 0, 1]
    for (gate, expected) in [
      (Reference.Gate(), 3.0), (.init(branch: 1, shortcut: 0), 2), (.init(branch: 0, shortcut: 1), 1),
      (.init(branch: 0, shortcut: 0), 0),
    ] {
      let gradient = try block(.logit(0), x: [1, 1], weight: weight, options: .init(backwardGates: ["add": gate]))
      #expect(gradient.base.logits == [3, 2])
      #expect(abs(try #require(try gradient.element(0, of: .input)) - expected) < 1e-9)
    }
    let both = Reference.Options(
      gates: ["add": .init(branch: 0.5, shortcut: 1)], backwardGates: ["add": .init(branch: 4, shortcut: 0)])
    let gradient = try block(.logit(0), x: [1, 1], weight: weight, options: both)
    #expect(gradient.base.logits == [2, 1.5])
    #expect(abs(try #require(try gradient.element(0, of: .input)) - 8) < 1e-8)
  }

  @Test("On random networks the slope along a direction is the sum over its elements")
  func directions() throws {
    for seed in 0..<12 as Range<UInt64> {
      let graph = try RandomGraph.make(seed: seed)
      let labels = HashedValues.labels(batch: 3, classes: graph.outputShape[0])
      let gradient = try NumericGradient(
        of: .crossEntropy(labels: labels),
        reference: Reference(graph: graph, parameters: HashedValues.parameters(of: graph)),
        input: HashedValues.input(graph.inputShape, batch: 3).scalars.map(Double.init), batch: 3)
      let parameter = try #require(graph.parameters.first { $0.kind.isLearned })
      let variable = NumericGradient.Variable.parameter(parameter.name)
      var direction = Array(repeating: 0.0, count: parameter.shape.count)
      var sum = 0.0
      for index in [0, direction.count - 1] where direction[index] == 0 {
        direction[index] = 0.5 + Double(index)
        sum += direction[index] * (try gradient.element(index, of: variable) ?? .nan)
      }
      let slope = try #require(try gradient.along(direction, of: variable))
      #expect(abs(slope - sum) <= 1e-6 * max(1, abs(sum)), "seed \(seed)")
    }
  }

  @Test("Variables that the network does not have are refused")
  func refusals() throws {
    let gradient = try block(.logit(0), x: [1, 1], weight: [0, 0, 0, 0])
    #expect(throws: ResNetError.self) { try gradient.element(2, of: .input) }
    #expect(throws: ResNetError.self) { try gradient.element(0, of: .parameter("fc.bias")) }
    #expect(throws: ResNetError.self) { try gradient.element(0, of: .activation("conv1")) }
    #expect(throws: ResNetError.self) { try gradient.along([1], of: .input) }
    #expect(throws: ResNetError.self) { try block(.logit(2), x: [1, 1], weight: [0, 0, 0, 0]) }
  }
}
