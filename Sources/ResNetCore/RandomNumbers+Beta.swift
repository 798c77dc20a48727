import Foundation

extension RandomNumbers {
  /// A number in [0, 1) with 53 random bits.
  public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number spread evenly over a range.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    min(range.lowerBound + (range.upperBound - range.lowerBound) * fraction(), range.upperBound)
  }

  /// A number in [0, 1] of the distribution Beta(`alpha`, `beta`).
  ///
  /// - Precondition: both are positive.
  public mutating func beta(_ alpha: Double, _ beta: Double) -> Double {
    let (a, b) = (logarithmOfGamma(shape: alpha), logarithmOfGamma(shape: beta))
    // By logarithms, because numbers of small shapes are too small for a quotient.
    return 1 / (1 + exp(b - a))
  }

  /// The natural logarithm of a number of the distribution Gamma(`shape`, 1).
  ///
  /// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000, with their way for shapes below 1.
  ///
  /// - Precondition: `shape` is positive.
  public mutating func logarithmOfGamma(shape: Double) -> Double {
    // 1 − u lies in (0, 1], so the logarithm is finite.
    if shape < 1 { return logarithmOfGamma(shape: shape + 1) + log(1 - fraction()) / shape }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normalPair().0
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if log(1 - fraction()) < x * x / 2 + d - d * v + d * log(v) { return log(d * v) }
    }
  }
}
