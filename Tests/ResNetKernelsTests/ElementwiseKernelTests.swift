import Foundation
import ResNetKernels
import Testing

/// The loops over single values against the plain formula in Double.
@Suite struct ElementwiseKernelTests {
  static let counts = [1, 7, 16, 17, 63, 1000, 16384 * 2 + 5]

  private func compare(
    _ found: Stored, _ what: String, scale: Double = 1, _ expected: (Int) -> Double
  ) {
    #expect(found.isIntact, "\(what)")
    var worst = 0.0
    for i in 0..<found.count { worst = max(worst, abs(found[i] - expected(i)) / (abs(expected(i)) + 1e-3 * scale)) }
    #expect(worst <= 2 * found.storage.rounding, "\(what) over \(found.count)")
  }

  @Test("Sums, ReLU and their gradient", arguments: counts, Storage.allCases)
  func sums(count: Int, storage: Storage) {
    let (a, b) = (Stored.random(count, seed: 1, as: storage), Stored.random(count, seed: 2, as: storage))
    let factors = Stored([0.5, -1.5], as: .float32)
    for (hasSecond, scales, relu) in [
      (true, false, true), (true, true, false), (false, false, true), (false, true, false), (true, true, true),
    ] {
      let output = Stored.filled(.nan, count, as: storage)
      var call = ResNetAddition(
        count: Int64(count), element: storage.element, a: a.memory, b: hasSecond ? b.memory : nil,
        factors: scales ? UnsafePointer(factors.floats) : nil, output: output.memory, relu: relu ? 1 : 0)
      #expect(resnet_add(&call) == 0)
      compare(output, "sum", scale: 1000) {
        let sum = (scales ? 0.5 : 1) * a[$0] + (hasSecond ? (scales ? -1.5 : 1) * b[$0] : 0)
        return relu ? max(sum, 0) : sum
      }
    }
    for (hasOutput, hasSecond) in [(true, true), (true, false), (false, true)] {
      let c = Stored.random(count, seed: 3, as: storage)
      let result = Stored(a.values, as: storage)
      var call = ResNetReLUGradient(
        count: Int64(count), element: storage.element, output: hasOutput ? c.memory : nil, gradient: result.memory,
        gradient2: hasSecond ? b.memory : nil, gradient_z: result.memory)
      #expect(resnet_relu_backward(&call) == 0)
      compare(result, "ReLU's gradient", scale: 1000) {
        hasOutput && c[$0] <= 0 ? 0 : a[$0] + (hasSecond ? b[$0] : 0)
      }
    }
  }

  @Test("Affine functions, products and sigmoid", arguments: counts, Storage.allCases)
  func gates(count: Int, storage: Storage) {
    let (a, b) = (Stored.random(count, seed: 1, as: storage), Stored.random(count, seed: 2, as: storage))
    let result = Stored.filled(.nan, count, as: storage)
    var affine = ResNetAffine(
      count: Int64(count), element: storage.element, input: a.memory, output: result.memory, scale: 0.75, offset: -0.25)
    #expect(resnet_affine(&affine) == 0)
    compare(result, "affine", scale: 1000) { 0.75 * a[$0] - 0.25 }
    var product = ResNetMultiplication(
      count: Int64(count), element: storage.element, a: a.memory, b: b.memory, output: result.memory)
    #expect(resnet_multiply(&product) == 0)
    compare(result, "product") { a[$0] * b[$0] }
    var sigmoid = ResNetSigmoid(
      count: Int64(count), element: storage.element, input: a.memory, gradient: nil, output: result.memory)
    #expect(resnet_sigmoid_forward(&sigmoid) == 0)
    compare(result, "sigmoid") { 1 / (1 + exp(-a[$0])) }
    var gradient = ResNetSigmoid(
      count: Int64(count), element: storage.element, input: a.memory, gradient: b.memory, output: result.memory)
    #expect(resnet_sigmoid_backward(&gradient) == 0)
    compare(result, "sigmoid's gradient") { b[$0] * a[$0] * (1 - a[$0]) }
  }

  @Test("bfloat16 is rounded to the nearest, ties to even, and what is not a number stays so")
  func rounding() {
    var values: [Float] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, -.nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
      .leastNormalMagnitude, Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0xffff_ffff),
    ]
    // Every upper half with the lower halves around a tie, for some exponents.
    for upper in stride(from: UInt32(0x3f00), to: 0x4100, by: 7) {
      for lower: UInt32 in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] {
        values.append(Float(bitPattern: upper << 16 | lower))
      }
    }
    let layout = TestLayout(batch: 1, channels: 1, positions: values.count, lanes: 1).kernel
    var result = [UInt16](repeating: 0, count: values.count)
    values.withUnsafeBufferPointer { input in
      result.withUnsafeMutableBufferPointer { output in
        var call = ResNetRelayout(
          from: layout, to: layout, from_element: RESNET_FLOAT32, to_element: RESNET_BFLOAT16, input: input.baseAddress,
          output: output.baseAddress, accumulates: 0, factor: 1)
        #expect(resnet_relayout(&call) == 0)
      }
    }
    for (value, bits) in zip(values, result) { #expect(bits == bfloat16(value), "\(value) gave \(bits)") }
  }
}
