import Foundation

extension RandomNumbers {
  /// A pair of independent numbers of mean 0 and deviation 1 (Box and Muller, 1958).
  public mutating func normalPair() -> (Double, Double) {
    // 1 − u lies in (0, 1], so the logarithm is finite.
    let u = Double(next() >> 11) * 0x1p-53
    let v = Double(next() >> 11) * 0x1p-53
    let radius = (-2 * log(1 - u)).squareRoot()
    return (radius * cos(2 * .pi * v), radius * sin(2 * .pi * v))
  }

  /// Fills `count` elements with numbers of mean 0 and the given deviation.
  public mutating func normal(count: Int, deviation: Double) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count + 1)
    while result.count < count {
      let (a, b) = normalPair()
      result.append(Float(a * deviation))
      result.append(Float(b * deviation))
    }
    if result.count > count { result.removeLast() }
    return result
  }

  /// Fills `count` elements with numbers spread evenly over [−bound, bound).
  public mutating func uniform(count: Int, bound: Double) -> [Float] {
    (0..<count).map { _ in Float((Double(next() >> 11) * 0x1p-52 - 1) * bound) }
  }

  /// The numbers `0..<count` in random order (Fisher and Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for position in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(position, integer(below: position + 1))
    }
    return order
  }
}
