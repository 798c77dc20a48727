import ResNetCore

extension Schedule: CustomStringConvertible {
  /// `constant`, `times 0.1 at 50 % and 75 %` or `one cycle with 12 % warm-up`.
  public var description: String {
    switch self {
    case .constant: "constant"
    case .steps(let fractions, let factor):
      "times \(factor) at \(fractions.map(share).joined(separator: " and "))"
    case .oneCycle(let warmUp): "one cycle with \(share(warmUp)) warm-up"
    }
  }
}

/// A fraction as `12 %` or `12.5 %`.
private func share(_ fraction: Double) -> String {
  let tenths = (1000 * fraction).rounded()
  return percent(tenths / 10, tenths.truncatingRemainder(dividingBy: 10) == 0 ? 0 : 1)
}
