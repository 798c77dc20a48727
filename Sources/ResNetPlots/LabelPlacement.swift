/// Moves labels apart so that none covers another, each as near to its place as that allows (in the sense of least
/// squares: isotonic regression by pooling adjacent violators).
///
/// - Parameters:
///   - wanted: the middle that each label would have if it were alone.
///   - height: the height of a label.
///   - range: where the labels must lie; there is room for all of them.
/// - Returns: the middle of each label, in the order of `wanted`.
func spreadLabels(_ wanted: [Double], height: Double, in range: ClosedRange<Double>) -> [Double] {
  let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
  // With the labels below each other taken off, "apart" means "not falling".
  var pools: [(mean: Double, count: Int)] = []
  for (rank, label) in order.enumerated() {
    pools.append((wanted[label] - Double(rank) * height, 1))
    while pools.count > 1, pools[pools.count - 2].mean > pools[pools.count - 1].mean {
      let last = pools.removeLast()
      let before = pools.removeLast()
      let count = before.count + last.count
      let sum = before.mean * Double(before.count) + last.mean * Double(last.count)
      pools.append((sum / Double(count), count))
    }
  }
  let lowest = range.lowerBound + height / 2
  let highest = max(lowest, range.upperBound - height / 2 - Double(max(wanted.count - 1, 0)) * height)
  let offsets = pools.flatMap { Array(repeating: min(max($0.mean, lowest), highest), count: $0.count) }
  var places = wanted
  for (rank, label) in order.enumerated() { places[label] = offsets[rank] + Double(rank) * height }
  return places
}
