import ResNetCore

extension Schedule: CustomStringConvertible {
  /// `constant`, `times 0.1 at 50 % and 75 %` or `one cycle with 12 % warm-up`.
  public var description: String {
    switch self {
    case .constant: "constant"
    case .steps(let fractions, let factor):
      "times \(factor) at \(fractions.map(percent).joined(separator: " and "))"
    case .oneCycle(let warmUp): "one cycle with \(percent(warmUp)) warm-up"
    }
  }
}

/// A fraction as `12 %` or `12.5 %`.
private func percent(_ fraction: Double) -> String {
  let text = fixed(100 * fraction, 1)
  return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
}
