/// Which pixels of a row, and how much of each, make the pixels of a longer or shorter one, as Pillow computes it
/// (`Resample.c`): weights are rounded to 22 binary places after their sum is made 1.
struct ResamplingWeights {
  /// The first pixel for each result.
  private(set) var firsts: [Int32] = []
  /// How many pixels for each result.
  private(set) var counts: [Int32] = []
  /// The weights, `taps` for each result.
  private(set) var weights: [Int32] = []
  /// The most that any result has.
  let taps: Int

  /// The weights of the results in `window` of `results` in all, from `pixels`.
  init(from pixels: Int, to results: Int, window: Range<Int>, _ interpolation: Interpolation) {
    guard pixels != results else {
      // All other weights would be zero.
      taps = 1
      firsts = window.map(Int32.init)
      counts = Array(repeating: 1, count: window.count)
      weights = Array(repeating: 1 << 22, count: window.count)
      return
    }
    let scale = Double(pixels) / Double(results)
    let reach = max(scale, 1)
    let support = interpolation.support * reach
    let inverse = 1 / reach
    taps = min(Int(support.rounded(.up)) * 2 + 1, pixels)
    firsts.reserveCapacity(window.count)
    counts.reserveCapacity(window.count)
    weights.reserveCapacity(window.count * taps)
    var exact: [Double] = []
    for result in window {
      let center = (Double(result) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), pixels)
      exact.removeAll(keepingCapacity: true)
      var sum = 0.0
      for pixel in first..<end {
        let weight = interpolation.weight(at: (Double(pixel) - center + 0.5) * inverse)
        exact.append(weight)
        sum += weight
      }
      firsts.append(Int32(first))
      counts.append(Int32(end - first))
      for weight in exact {
        let places = (sum == 0 ? weight : weight / sum) * Double(1 << 22)
        weights.append(Int32(places < 0 ? places - 0.5 : places + 0.5))
      }
      weights.append(contentsOf: repeatElement(0, count: taps - exact.count))
    }
  }

  /// The pixels that any result needs.
  var span: Range<Int> {
    // Both ends of the results' ranges grow with the result, or stay.
    guard let first = firsts.first, let last = firsts.last, let count = counts.last else { return 0..<0 }
    return Int(first)..<Int(last + count)
  }

  /// Counts pixels from `origin` on.
  mutating func shift(by origin: Int) {
    for i in firsts.indices { firsts[i] -= Int32(origin) }
  }
}
