import ResNetCore

/// Names as a sentence lists them: `a`, `a and b`, `a, b and c`.
func listed(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " and " + last
}

/// A share of something in a sentence, given in percent: `8.7 %`, and `0.45 %` where it is below 1.
func inPercent(_ value: Double) -> String {
  value.isFinite ? percent(value, value == 0 || abs(value) >= 0.995 ? 1 : 2) : "no number"
}
