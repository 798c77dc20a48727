/// The middle one of some numbers, or the mean of the two in the middle; not a number where there are none or one is none.
package func median(of values: [Double]) -> Double {
  guard !values.isEmpty, !values.contains(where: \.isNaN) else { return .nan }
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
