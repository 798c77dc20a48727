import ResNetKernels
import Testing

/// The loops that change shapes and layouts against plain indexing.
@Suite struct ShapeKernelTests {
  /// Pairs of layouts of the same channels.
  static let pairs: [(TestLayout, TestLayout)] = [
    (.init(batch: 2, channels: 3, positions: 35, lanes: 1), .init(batch: 2, channels: 3, positions: 35, lanes: 3)),
    (.init(batch: 3, channels: 32, positions: 9, lanes: 16), .init(batch: 3, channels: 32, positions: 9, lanes: 1)),
    (.init(batch: 1, channels: 48, positions: 5, lanes: 48), .init(batch: 1, channels: 48, positions: 5, lanes: 16)),
    (
      .init(batch: 2, channels: 12, positions: 7, lanes: 12, of: 40),
      .init(batch: 2, channels: 12, positions: 7, lanes: 12, of: 24)
    ),
  ]

  @Test(
    "Values keep their place in every layout, however they are stored", arguments: pairs.indices, Storage.allCases)
  func relayout(pair: Int, from: Storage) {
    for to in Storage.allCases {
      for accumulates in [false, true] {
        let (source, target) = Self.pairs[pair]
        let input = Stored.random(source.size, seed: 1, as: from)
        let before = Stored.random(target.size, seed: 2, as: to)
        let output = Stored(before.values, as: to)
        var call = ResNetRelayout(
          from: source.kernel, to: target.kernel, from_element: from.element, to_element: to.element,
          input: input.memory, output: output.memory, accumulates: accumulates ? 1 : 0, factor: .nan)
        #expect(resnet_relayout(&call) == 0)
        #expect(output.isIntact)
        var untouched = Set(0..<target.size)
        for n in 0..<source.batch {
          for c in 0..<source.channels {
            for s in 0..<source.positions {
              let place = target.place(n, c, s)
              untouched.remove(place)
              let expected = input[source.place(n, c, s)] + (accumulates ? before[place] : 0)
              #expect(abs(output[place] - expected) <= to.rounding * abs(expected) + 1e-6)
            }
          }
        }
        #expect(untouched.allSatisfy { output[$0] == before[$0] })
      }
    }
  }

  @Test("Zero padding takes every other pixel and leaves the rest zero", arguments: Storage.allCases)
  func zeroPadding(storage: Storage) {
    for (narrowLanes, wideLanes, before) in [(16, 16, 8), (16, 32, 8), (1, 1, 8), (16, 16, 0), (16, 32, 5), (8, 8, 8)] {
      let narrow = TestLayout(batch: 2, channels: 16, positions: 35, lanes: narrowLanes)
      let wide = TestLayout(batch: 2, channels: 32, positions: 12, lanes: wideLanes)
      let image = Stored.random(narrow.size, seed: 1, as: storage)
      let gradient = Stored.random(wide.size, seed: 2, as: storage)
      let (output, back) = (Stored.filled(.nan, wide.size, as: storage), Stored.filled(.nan, narrow.size, as: storage))
      func call(_ input: Stored, _ output: Stored) -> ResNetZeroPadding {
        ResNetZeroPadding(
          narrow: narrow.kernel, wide: wide.kernel, element: storage.element, narrow_height: 5, narrow_width: 7,
          wide_height: 3, wide_width: 4, stride: 2, before: Int64(before), input: input.memory, output: output.memory)
      }
      var (forward, backward) = (call(image, output), call(gradient, back))
      #expect(resnet_zero_padding_forward(&forward) == 0 && resnet_zero_padding_backward(&backward) == 0)
      #expect(output.isIntact && back.isIntact)
      var (expected, expectedBack) = (
        [Double](repeating: 0, count: wide.size), [Double](repeating: 0, count: narrow.size)
      )
      for n in 0..<2 {
        for c in 0..<16 {
          for (y, x) in (0..<3).flatMap({ y in (0..<4).map { (y, $0) } }) {
            let (from, to) = (narrow.place(n, c, 2 * y * 7 + 2 * x), wide.place(n, c + before, y * 4 + x))
            expected[to] = image[from]
            expectedBack[from] = gradient[to]
          }
        }
      }
      #expect(output.values == expected && back.values == expectedBack)
    }
  }

  @Test("Means over positions, products by channel, and their gradients", arguments: Storage.allCases)
  func channels(storage: Storage) {
    for layout in [
      TestLayout(batch: 2, channels: 32, positions: 49, lanes: 16),
      TestLayout(batch: 3, channels: 130, positions: 5, lanes: 130),
      TestLayout(batch: 1, channels: 7, positions: 1, lanes: 7),
    ] {
      let (a, b) = (Stored.random(layout.size, seed: 1, as: storage), Stored.random(layout.size, seed: 2, as: storage))
      let each = layout.batch * layout.channels
      let factors = Stored.random(each, seed: 3, as: storage)
      let (means, sums) = (Stored.filled(.nan, each, as: storage), Stored.filled(.nan, each, as: storage))
      let (spread, products) = (
        Stored.filled(.nan, layout.size, as: storage), Stored.filled(.nan, layout.size, as: storage)
      )
      var mean = ResNetAveragePooling(
        layout: layout.kernel, element: storage.element, input: a.memory, output: means.memory, factor: .nan)
      var back = ResNetAveragePooling(
        layout: layout.kernel, element: storage.element, input: factors.memory, output: spread.memory, factor: .nan)
      var product = ResNetChannelProduct(
        layout: layout.kernel, element: storage.element, a: a.memory, b: factors.memory, output: products.memory)
      var sum = ResNetChannelProduct(
        layout: layout.kernel, element: storage.element, a: a.memory, b: b.memory, output: sums.memory)
      #expect(resnet_average_pooling_forward(&mean) == 0 && resnet_average_pooling_backward(&back) == 0)
      #expect(resnet_multiply_channels(&product) == 0 && resnet_sum_products(&sum) == 0)
      #expect(means.isIntact && spread.isIntact && products.isIntact && sums.isIntact)
      func isNear(_ found: Double, _ expected: Double, of size: Double) -> Bool {
        abs(found - expected) <= storage.rounding * (abs(expected) + 1e-2 * size)
      }
      for n in 0..<layout.batch {
        for c in 0..<layout.channels {
          let factor = n * layout.channels + c
          let places = (0..<layout.positions).map { layout.place(n, c, $0) }
          let count = Double(places.count)
          #expect(isNear(means[factor], places.reduce(0) { $0 + a[$1] } / count, of: 1))
          #expect(isNear(sums[factor], places.reduce(0) { $0 + a[$1] * b[$1] }, of: count))
          for place in places {
            #expect(isNear(products[place], a[place] * factors[factor], of: 1))
            #expect(isNear(spread[place], factors[factor] / count, of: 1))
          }
        }
      }
    }
  }
}
