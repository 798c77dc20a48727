import ResNetCore
import ResNetTesting
import Testing

@testable import ResNetEngine

@Suite struct QuantizedWeightsTests {
  private func weights(_ outputs: Int, _ inputs: Int, seed: Int, size: Float = 1) -> Tensor {
    let scalars = HashedValues.units("weights \(seed)", count: outputs * inputs).enumerated().map { place, unit in
      // Every output has a size of its own.
      Float(unit) * size * Float(1 + place / max(inputs, 1))
    }
    return Tensor(shape: [outputs, inputs], scalars: scalars)
  }

  @Test("The greatest of an output's weights is 127, and none lies further from its integer than half a step")
  func nearest() {
    for (outputs, inputs) in [(1, 1), (3, 27), (16, 144), (5, 1000)] {
      let weights = weights(outputs, inputs, seed: inputs)
      let quantized = QuantizedWeights(weights)
      for output in 0..<outputs {
        let row = output * inputs..<(output + 1) * inputs
        let scale = quantized.scales.scalars[output]
        #expect(quantized.integers.scalars[row].map { abs(Int($0)) }.max() == 127)
        for place in row {
          let difference = weights.scalars[place] - Float(quantized.integers.scalars[place]) * scale
          #expect(difference.magnitude <= scale * 0.5001)
        }
      }
    }
  }

  @Test("What integers stand for becomes the very same integers and scales again", arguments: 0..<100)
  func idempotent(seed: Int) {
    let sizes: [Float] = [1, 1e-3, 1e20, 3e-38, 7 * .leastNonzeroMagnitude, 0]
    let quantized = QuantizedWeights(weights(1 + seed % 7, 1 + seed * 3, seed: seed, size: sizes[seed % 6]))
    #expect(quantized.scales.scalars.allSatisfy { $0 > 0 && $0.isNormal })
    #expect(QuantizedWeights(quantized.weights) == quantized)
  }

  @Test("Every product of an integer and a scale is exact in single precision", arguments: 0..<20)
  func exactProducts(seed: Int) {
    for scale in QuantizedWeights(weights(9, 10, seed: seed)).scales.scalars {
      for integer in 1...127 { #expect(Double(Float(integer) * scale) == Double(integer) * Double(scale)) }
    }
  }

  @Test("An output without weights but zeros has the scale 1; one that is broken stays so and breaks no other")
  func odd() {
    let weights = Tensor(shape: [4, 2], scalars: [0, -0.0, .nan, 1, 3, -.infinity, 127, -1])
    let quantized = QuantizedWeights(weights)
    #expect(quantized.integers.scalars[..<2] == [0, 0] && quantized.integers.scalars[6...] == [127, -1])
    #expect(quantized.scales.scalars[0] == 1 && quantized.scales.scalars[3] == 1)
    #expect(quantized.scales.scalars[1].isNaN && quantized.scales.scalars[2].isNaN)
    #expect(QuantizedWeights(Tensor(shape: [2, 0], scalars: [])).scales.scalars == [1, 1])
  }
}
