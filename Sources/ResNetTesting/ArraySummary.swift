/// What a fixture keeps of an array: enough to tell whether another one is the same.
public struct ArraySummary: Hashable, Sendable, Decodable {
  /// The Euclidean norm.
  public let norm: Double
  /// Σ elements · hashed unit values of `projection/NAME`.
  public let projection: Double
  /// The elements k · (count − 1) / 7, rounded down, for k = 0 … 7.
  public let values: [Double]

  /// Sums up an array.
  ///
  /// - Parameter name: what the array is called, which is a parameter's name for its values and its gradient alike.
  /// - Precondition: the array is not empty.
  public init(of array: [Double], name: String) {
    norm = array.reduce(0) { $0 + $1 * $1 }.squareRoot()
    projection = zip(array, HashedValues.units("projection/" + name, count: array.count)).reduce(0) { $0 + $1.0 * $1.1 }
    values = (0..<8).map { array[$0 * (array.count - 1) / 7] }
  }

  /// An estimate of ‖array − truth‖ / ‖truth‖, the largest that norm, projection and values suggest.
  ///
  /// A random difference d changes the projection by about ‖d‖ / √3, and eight of n elements by about ‖d‖ · √(8 / n).
  ///
  /// - Parameter truth: the summary of an array of `count` elements.
  public func relativeDifference(from truth: ArraySummary, count: Int) -> Double {
    let sampled = zip(values, truth.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    let scale = max(1, Double(count) / 8).squareRoot()
    let difference = max(
      abs(norm - truth.norm), abs(projection - truth.projection) * 3.0.squareRoot(), sampled * scale)
    guard difference.isFinite else { return .infinity }
    return difference == 0 ? 0 : difference / truth.norm
  }
}

/// The greatest difference of two arrays divided by the greatest magnitude in the second; infinite where sizes differ or
/// a number is not finite.
public func greatestDifference(_ array: [Double], _ truth: [Double]) -> Double {
  guard array.count == truth.count, array.allSatisfy(\.isFinite) else { return .infinity }
  let difference = zip(array, truth).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return difference == 0 ? 0 : difference / truth.reduce(0) { max($0, abs($1)) }
}
