import ResNetKernels
import Testing

/// The loops that read or write activations as integers of 8 bits, against plain arithmetic.
@Suite struct IntegerKernelTests {
  private static func layout(_ channels: Int, _ positions: Int, lanes: Int, batch: Int = 2) -> TestLayout {
    TestLayout(batch: batch, channels: channels, positions: positions, lanes: lanes)
  }

  private func values(_ count: Int, upTo greatest: Float) -> [Float] {
    let stored = Stored.random(count, seed: 4, as: .float32)
    return (0..<count).map { Float(stored[$0]) / 2 * greatest }
  }

  private func relayout<From, To>(
    _ input: [From], _ from: ResNetElement, _ source: TestLayout, into output: inout [To], _ to: ResNetElement,
    _ target: TestLayout, factor: Float
  ) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var call = ResNetRelayout(
          from: source.kernel, to: target.kernel, from_element: from, to_element: to, input: input.baseAddress,
          output: output.baseAddress, accumulates: 0, factor: factor)
        #expect(resnet_relayout(&call) == 0)
      }
    }
  }

  static let pairs = [
    (layout(3, 35, lanes: 1), layout(3, 35, lanes: 3)), (layout(3, 1, lanes: 1), layout(3, 1, lanes: 3)),
    (layout(32, 9, lanes: 16), layout(32, 9, lanes: 32)), (layout(5, 7, lanes: 5), layout(5, 7, lanes: 5)),
    (layout(1, 64, lanes: 1), layout(1, 64, lanes: 1)),
  ]

  @Test("Numbers become the nearest integers within their range, ties the even ones, in every layout", arguments: pairs)
  func quantize(source: TestLayout, target: TestLayout) {
    var input = values(source.size, upTo: 90)
    for (place, value) in ([0.25, 0.75, 1.25, -0.25, -0.75, 1e30, -1e30, .infinity] as [Float]).enumerated()
    where place < input.count {
      input[place] = value
    }
    var (signed, unsigned) = ([Int8](repeating: 99, count: target.size), [UInt8](repeating: 99, count: target.size))
    relayout(input, RESNET_FLOAT32, source, into: &signed, RESNET_INT8, target, factor: 2)
    relayout(input, RESNET_FLOAT32, source, into: &unsigned, RESNET_UINT8, target, factor: 3)
    for n in 0..<source.batch {
      for c in 0..<source.channels {
        for s in 0..<source.positions {
          let value = input[source.place(n, c, s)]
          let (a, b) = ((2 * value).rounded(.toNearestOrEven), (3 * value).rounded(.toNearestOrEven))
          #expect(signed[target.place(n, c, s)] == Int8(max(-128, min(127, a))), "\(value)")
          #expect(unsigned[target.place(n, c, s)] == UInt8(max(0, min(255, b))), "\(value)")
        }
      }
    }
  }

  @Test("What is not a number becomes the least integer")
  func notNumbers() {
    let layout = Self.layout(1, 20, lanes: 1, batch: 1)
    var (signed, unsigned) = ([Int8](repeating: 99, count: 20), [UInt8](repeating: 99, count: 20))
    let input = [Float](repeating: .nan, count: 20)
    relayout(input, RESNET_FLOAT32, layout, into: &signed, RESNET_INT8, layout, factor: 1)
    relayout(input, RESNET_FLOAT32, layout, into: &unsigned, RESNET_UINT8, layout, factor: 1)
    #expect(signed.allSatisfy { $0 == -128 } && unsigned.allSatisfy { $0 == 0 })
  }

  @Test("Integers become their multiples of the factor, and all of them stay themselves", arguments: pairs)
  func dequantize(source: TestLayout, target: TestLayout) {
    let signed = (0..<source.size).map { Int8(truncatingIfNeeded: $0 * 37) }
    let unsigned = (0..<source.size).map { UInt8(truncatingIfNeeded: $0 * 37) }
    var (a, b) = ([Float](repeating: .nan, count: target.size), [Float](repeating: .nan, count: target.size))
    var (same, other) = ([Int8](repeating: 99, count: target.size), [UInt8](repeating: 99, count: target.size))
    relayout(signed, RESNET_INT8, source, into: &a, RESNET_FLOAT32, target, factor: 0.37)
    relayout(unsigned, RESNET_UINT8, source, into: &b, RESNET_FLOAT32, target, factor: 0.37)
    relayout(signed, RESNET_INT8, source, into: &same, RESNET_INT8, target, factor: 1)
    relayout(unsigned, RESNET_UINT8, source, into: &other, RESNET_UINT8, target, factor: 1)
    for n in 0..<source.batch {
      for c in 0..<source.channels {
        for s in 0..<source.positions {
          let (from, to) = (source.place(n, c, s), target.place(n, c, s))
          #expect(a[to] == 0.37 * Float(signed[from]) && b[to] == 0.37 * Float(unsigned[from]))
          #expect(same[to] == signed[from] && other[to] == unsigned[from])
        }
      }
    }
  }

  @Test("The mean of integers is that of what they stand for")
  func averagePooling() {
    for layout in [Self.layout(70, 49, lanes: 70), Self.layout(3, 5, lanes: 3)] {
      let signed = (0..<layout.size).map { Int8(truncatingIfNeeded: $0 * 37) }
      let unsigned = signed.map { UInt8(bitPattern: $0) }
      func check<Integer: BinaryInteger>(_ input: [Integer], _ element: ResNetElement) {
        var output = [Float](repeating: .nan, count: layout.batch * layout.channels)
        input.withUnsafeBufferPointer { input in
          output.withUnsafeMutableBufferPointer { output in
            var call = ResNetAveragePooling(
              layout: layout.kernel, element: element, input: input.baseAddress, output: output.baseAddress, factor: 0.5
            )
            #expect(resnet_average_pooling_forward(&call) == 0)
          }
        }
        for n in 0..<layout.batch {
          for c in 0..<layout.channels {
            let sum = (0..<layout.positions).reduce(0) { $0 + Int(input[layout.place(n, c, $1)]) }
            #expect(output[n * layout.channels + c] == Float(sum) / Float(layout.positions) * 0.5)
          }
        }
      }
      check(signed, RESNET_INT8)
      check(unsigned, RESNET_UINT8)
    }
  }

  @Test("Zero padding leaves integers as they are")
  func zeroPadding() {
    let (narrow, wide) = (Self.layout(16, 35, lanes: 16), Self.layout(32, 12, lanes: 32))
    let input = (0..<narrow.size).map { UInt8(truncatingIfNeeded: $0 * 37) }
    var output = [UInt8](repeating: 99, count: wide.size)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var call = ResNetZeroPadding(
          narrow: narrow.kernel, wide: wide.kernel, element: RESNET_UINT8, narrow_height: 5, narrow_width: 7,
          wide_height: 3, wide_width: 4, stride: 2, before: 8, input: input.baseAddress, output: output.baseAddress)
        #expect(resnet_zero_padding_forward(&call) == 0)
      }
    }
    var expected = [UInt8](repeating: 0, count: wide.size)
    for n in 0..<2 {
      for c in 0..<16 {
        for (y, x) in (0..<3).flatMap({ y in (0..<4).map { (y, $0) } }) {
          expected[wide.place(n, c + 8, y * 4 + x)] = input[narrow.place(n, c, 2 * y * 7 + 2 * x)]
        }
      }
    }
    #expect(output == expected)
  }
}
