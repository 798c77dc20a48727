import Foundation

/// How often magnitudes occur: counts in bins of equal width, which doubles when larger ones come.
///
/// The counts do not depend on the order in which numbers came.
struct MagnitudeHistogram {
  /// Far more than the integers that numbers become, so that a bin's middle may stand for all that is in it.
  private static let binCount = 4096

  private var counts = [Int](repeating: 0, count: binCount)
  private var width: Float = 0

  /// Counts numbers but for zeros, which are integers in every scale.
  ///
  /// - Returns: whether all of them are finite; otherwise none is counted.
  mutating func add(_ values: [Float]) -> Bool {
    var greatest: Float = 0
    for value in values {
      guard value.isFinite else { return false }
      greatest = max(greatest, value.magnitude)
    }
    guard greatest > 0 else { return true }
    widen(for: greatest)
    let binsPerUnit = 1 / width
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values where value != 0 {
        counts[min(Int(value.magnitude * binsPerUnit), counts.count - 1)] += 1
      }
    }
    return true
  }

  private mutating func widen(for greatest: Float) {
    // Powers of two: neighbours merge without a remainder, and magnitudes fall into the same bins as ever.
    if width == 0 { width = max(Float(sign: .plus, exponent: greatest.exponent - 11, significand: 1), 0x1p-120) }
    while greatest >= width * Float(Self.binCount) {
      for bin in 0..<Self.binCount / 2 { counts[bin] = counts[2 * bin] + counts[2 * bin + 1] }
      for bin in Self.binCount / 2..<Self.binCount { counts[bin] = 0 }
      width *= 2
    }
  }

  /// The scale whose integers, from 0 to `levels`, come nearest to the magnitudes: with the least sum of squared errors,
  /// of those that cut off and those that round. 1 where there were none but zeros.
  func scale(levels: Int) -> Float {
    guard let last = counts.lastIndex(where: { $0 > 0 }) else { return 1 }
    let filled = counts[...last].enumerated().filter { $0.element > 0 }
      .map { (magnitude: (Double($0.offset) + 0.5) * Double(width), count: Double($0.element)) }
    var best = (scale: 0.0, error: Double.infinity)
    // From all of the range down to a 64th of it.
    for step in 0...96 {
      let scale = Double(last + 1) * Double(width) * exp2(-Double(step) / 16) / Double(levels)
      var error = 0.0
      for (magnitude, count) in filled {
        let integer = min((magnitude / scale).rounded(), Double(levels))
        error += count * (magnitude - integer * scale) * (magnitude - integer * scale)
      }
      if error < best.error { best = (scale, error) }
    }
    return Float(best.scale)
  }
}
