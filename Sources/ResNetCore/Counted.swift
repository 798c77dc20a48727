/// So many things of a kind, as in `1 step`, `2 steps` and, with a plural of its own, `2 classes`.
package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// A number whose thousands are set apart, as in `25,557,032`.
package func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  let groups = digits.enumerated().map { ($0 > 0 && (digits.count - $0) % 3 == 0 ? "," : "") + String($1) }
  return (number < 0 ? "\u{2212}" : "") + groups.joined()
}
