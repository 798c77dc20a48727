import ResNetCore
import ResNetGraph
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Convolutions of integers against a plain loop over integers, to the last bit.
///
/// All scales are powers of two and biases multiples of small ones, so that nothing but storing rounds: to the nearest
/// integer, of two equally near to the even one, and to the least or the greatest where a sum lies beyond them. Without
/// instructions for sums of four products oneDNN halves weights (and rounds them) where activations have a sign, and there
/// are fewer integers without one: there nothing is exact, and `IntegerTests` alone tell how near the results are.
@Suite(
  .enabled("this processor multiplies integers exactly") {
    try await EngineActor.run { try Precision.int8.isSupported() && OneDNNRuntime.shared().greatestUnsigned == 255 }
  })
struct IntegerConvolutionTests {
  /// A convolution behind the input or behind its ReLU, and what follows it.
  struct Case: CustomStringConvertible {
    var shape: Shape
    var convolution: Convolution
    /// Whether the convolution reads integers without a sign.
    var isUnsigned = true
    /// What is added to it.
    var addend = Addend.none
    var relu = true

    var description: String {
      "\(shape), \(convolution.outputs) outputs, kernel \(convolution.kernel), stride \(convolution.stride), "
        + "\(convolution.groups) groups, \(isUnsigned ? "unsigned" : "signed"), \(addend), \(relu ? "ReLU" : "no ReLU")"
    }
  }

  enum Addend: CaseIterable {
    case none, signed, unsigned, single
  }

  static let shapes: [(Shape, Convolution)] = [
    ([3, 9, 7], Convolution(outputs: 16, kernel: 3, bias: .constant(0))),
    ([3, 21, 21], Convolution(outputs: 64, kernel: 7, stride: 2)),
    ([16, 8, 8], Convolution(outputs: 16, kernel: 3)),
    ([16, 9, 9], Convolution(outputs: 32, kernel: 3, stride: 2, bias: .constant(0))),
    ([32, 8, 8], Convolution(outputs: 64, kernel: 1, stride: 2)),
    ([64, 5, 5], Convolution(outputs: 48, kernel: 1, bias: .constant(0))),
    ([5, 6, 6], Convolution(outputs: 7, kernel: 3)),
    ([32, 6, 6], Convolution(outputs: 32, kernel: 3, groups: 4)),
    ([8, 5, 7], Convolution(outputs: 12, kernel: 3, stride: 2, groups: 2, bias: .constant(0))),
    ([128, 4, 4], Convolution(outputs: 256, kernel: 1)),
    ([80, 7, 7], Convolution(outputs: 64, kernel: 3, bias: .constant(0))),
    ([1, 1, 1], Convolution(outputs: 1, kernel: 1)),
  ]

  static let cases: [Case] = shapes.flatMap { shape, convolution in
    Addend.allCases.flatMap { addend in
      [(true, true), (true, false), (false, true), (false, false)].map { isUnsigned, relu in
        Case(shape: shape, convolution: convolution, isUnsigned: isUnsigned, addend: addend, relu: relu)
      }
    }
  }

  private static let batch = 2

  /// The network: source → convolution (+ side) (→ ReLU) → mean → logits, where side is 1×1 of the source.
  private func graph(_ test: Case) throws -> Graph {
    let builder = GraphBuilder()
    let input = try builder.input(test.shape)
    let source = test.isUnsigned ? try relu(input, name: "source") : input
    var out = try source.convolution("conv", test.convolution)
    let side = Convolution(outputs: test.convolution.outputs, kernel: 1, stride: test.convolution.stride)
    switch test.addend {
    case .none: break
    case .signed: out = try out + source.convolution("side", side)
    case .unsigned: out = try out + relu(source.convolution("side.conv", side), name: "side")
    // A sigmoid has no integers of its own: they are made of numbers.
    case .single: out = try out + source.convolution("side.conv", side).sigmoid("side")
    }
    out = test.relu ? try relu(out, name: "out") : out
    return builder.graph(output: try out.globalAveragePooling().linear("fc", Linear(outputs: 3)))
  }

  /// Weights that are integers times a power of two for each output, the greatest 127; biases in eighths.
  private func parameters(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map { parameter in
        let units = HashedValues.units(parameter.name, count: parameter.shape.count)
        let each = max(parameter.shape.count / parameter.shape[0], 1)
        let scalars = units.enumerated().map { place, unit -> Float in
          guard parameter.kind == .weight else { return Float((unit * 32).rounded() / 8) }
          let integer = place % each == 0 ? (unit < 0 ? -127 : 127) : (unit * 126).rounded()
          return Float(integer) * (place / each % 2 == 0 ? 0x1p-9 : 0x1p-10)
        }
        return (parameter.name, Tensor(shape: parameter.shape, scalars: scalars))
      })
  }

  @Test("A convolution of integers is that of a plain loop", arguments: cases)
  @EngineActor
  func exact(test: Case) throws {
    let graph = try graph(test)
    let out = graph.layers[try graph.index(of: "fc")].inputs.map { graph.layers[$0].inputs[0] }[0]
    let outName = graph.layers[out].name
    let side = try? graph.index(of: "side")
    let scales: [String: Float] = [
      "input": 0x1p-6, "source": 0x1p-7, "side": test.addend == .unsigned ? 0x1p-6 : 0x1p-5, "side.conv": 0x1p-5,
      outName: 0x1p-4, graph.layers[graph.layers[graph.output].inputs[0]].name: 0x1p-4,
    ]
    let engine = try Engine(graph: graph, precision: .int8, quantization: Quantization(scales: scales))
    let values = parameters(graph)
    try engine.parameters.set(values)
    let input = HashedValues.input(graph.inputShape, batch: Self.batch).scalars.map { $0 * 1.3 }
    func program(_ observed: [String]) throws -> Program {
      var purpose = Purpose.inference
      purpose.observations = Set(observed)
      let program = try engine.program(batch: Self.batch, purpose: purpose)
      _ = program.input.update(from: input)
      try program.run()
      return program
    }
    let plain = Array(try program([outName]).logits)
    let watched = try program([outName] + (side == nil ? [] : ["side"]))
    #expect(plain == Array(watched.logits))

    let sourceScale: Float = test.isUnsigned ? 0x1p-7 : 0x1p-6
    let source = input.map { value -> Int in
      let integer = (value / sourceScale).rounded(.toNearestOrEven)
      return Int(test.isUnsigned ? min(max(integer, 0), 255) : min(max(integer, -128), 127))
    }
    var expected = try sums(of: source, scale: sourceScale, test.convolution, in: graph, values)
    if side != nil {
      let scale = try #require(scales["side"])
      let greatest: Float = test.addend == .signed ? 127 : 255
      for (place, number) in try watched.activation("side").scalars.enumerated() {
        let integer = (number / scale).rounded(.toNearestOrEven)
        #expect(integer >= -128 && integer <= greatest)
        expected[place] += min(integer, greatest) * scale
      }
    }
    let outScale: Float = 0x1p-4
    let stored = expected.map { sum -> Float in
      let integer = (test.relu ? max(sum, 0) : sum) / outScale
      let rounded = integer.rounded(.toNearestOrEven)
      return outScale * (test.relu ? min(rounded, 255) : min(max(rounded, -128), 127))
    }
    let found = try watched.activation(outName).scalars
    #expect(found == stored, "\(zip(found, stored).filter { $0 != $1 }.prefix(5))")
    // Neither all zeros nor all cut off.
    #expect(Set(stored).count > 1 || stored.count < 8)
  }

  /// Σ weight · activation + bias for each place of the output, `[batch, outputs, height, width]`; all steps are exact.
  private func sums(
    of source: [Int], scale: Float, _ convolution: Convolution, in graph: Graph, _ values: [String: Tensor]
  ) throws -> [Float] {
    let shape = graph.inputShape
    let output = graph.layers[try graph.index(of: "conv")].shape
    let weights = try #require(values["conv.weight"]).scalars
    let bias = values["conv.bias"]?.scalars
    let (kernel, each) = (convolution.kernel, shape[0] / convolution.groups)
    var result: [Float] = []
    for n in 0..<Self.batch {
      for o in 0..<output[0] {
        let group = o / (output[0] / convolution.groups)
        let unit: Float = o % 2 == 0 ? 0x1p-9 : 0x1p-10
        for (y, x) in (0..<output[1]).flatMap({ y in (0..<output[2]).map { (y, $0) } }) {
          var sum = 0
          for (c, ky, kx) in (0..<each).flatMap({ c in
            (0..<kernel).flatMap { ky in (0..<kernel).map { (c, ky, $0) } }
          }) {
            let (row, column) = (
              y * convolution.stride + ky - convolution.padding, x * convolution.stride + kx - convolution.padding
            )
            guard (0..<shape[1]).contains(row), (0..<shape[2]).contains(column) else { continue }
            let weight = weights[((o * each + c) * kernel + ky) * kernel + kx] / unit
            sum += Int(weight) * source[((n * shape[0] + group * each + c) * shape[1] + row) * shape[2] + column]
          }
          result.append(Float(sum) * unit * scale + (bias?[o] ?? 0))
        }
      }
    }
    return result
  }
}
