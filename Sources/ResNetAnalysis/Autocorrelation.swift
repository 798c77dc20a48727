/// How alike a sequence is to itself `lag` places on: Σ (g[i] − m)(g[i + lag] − m) / Σ (g[i] − m)², where m is its mean.
///
/// - Returns: not a number where the sequence is the same everywhere; 0 where the lag leaves nothing to compare.
func correlation(of values: [Double], lag: Int) -> Double {
  let mean = values.reduce(0, +) / Double(max(values.count, 1))
  let centred = values.map { $0 - mean }
  let whole = centred.reduce(0) { $0 + $1 * $1 }
  return zip(centred, centred.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 } / whole
}
