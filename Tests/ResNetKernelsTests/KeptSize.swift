/// A convolution of stride 1 that keeps the size of its images, by its definition.
struct KeptSize: Sendable {
  var batch: Int
  var height: Int
  var width: Int
  /// 1 or 3.
  var kernel: Int

  var positions: Int { height * width }

  /// Calls back with each pair of pixels that a weight brings together.
  func forEachPair(_ body: (_ sample: Int, _ output: Int, _ input: Int, _ place: Int) -> Void) {
    for n in 0..<batch {
      for (y, x) in (0..<height).flatMap({ y in (0..<width).map { (y, $0) } }) {
        for place in 0..<kernel * kernel {
          let (row, column) = (y + place / kernel - kernel / 2, x + place % kernel - kernel / 2)
          guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
          body(n, y * width + x, row * width + column, place)
        }
      }
    }
  }

  /// The sums that a convolution gives, where they belong in `target`.
  ///
  /// - Parameter weights: `[outputs][inputs][kernel²]`; for a reversed convolution, the gradient of the input of the one
  ///   that has them, `[inputs][outputs][kernel²]`.
  func sums(
    _ input: Stored, _ source: TestLayout, _ weights: [Double], isReversed: Bool, as target: TestLayout
  ) -> [Double] {
    let (values, places) = (input.values, kernel * kernel)
    var sums = [Double](repeating: 0, count: target.size)
    forEachPair { n, to, from, place in
      for k in 0..<target.channels {
        var sum = 0.0
        for c in 0..<source.channels {
          let weight =
            isReversed
            ? (c * target.channels + k) * places + places - 1 - place : (k * source.channels + c) * places + place
          sum += values[source.place(n, c, from)] * weights[weight]
        }
        sums[target.place(n, k, to)] += sum
      }
    }
    return sums
  }

  /// The gradient of the weights, `[outputs][inputs][kernel²]`.
  func weightGradient(_ input: Stored, _ source: TestLayout, _ gradient: Stored, _ target: TestLayout) -> [Double] {
    let (x, d, places) = (input.values, gradient.values, kernel * kernel)
    var sums = [Double](repeating: 0, count: target.channels * source.channels * places)
    forEachPair { n, to, from, place in
      for k in 0..<target.channels {
        for c in 0..<source.channels {
          sums[(k * source.channels + c) * places + place] += x[source.place(n, c, from)] * d[target.place(n, k, to)]
        }
      }
    }
    return sums
  }
}
