/// A curve one line high, as in `█▆▄▂▁▁`: the greatest value is the highest block.
///
/// - Parameters:
///   - width: the most characters; where there are more values, each character stands for the mean of several.
///   - isUnicode: whether blocks may be used; else it is `@*-.` and their kin.
func sparkline(_ values: [Double], width: Int, isUnicode: Bool) -> String {
  let marks = Array(isUnicode ? "▁▂▃▄▅▆▇█" : "_.-~=+*#")
  let count = min(values.count, max(width, 0))
  let heights = (0..<count).map { index in
    let part = values[index * values.count / count..<(index + 1) * values.count / count]
    return part.reduce(0, +) / Double(part.count)
  }
  let finite = heights.filter(\.isFinite)
  guard let least = finite.min(), let greatest = finite.max() else {
    return String(repeating: marks[marks.count - 1], count: count)
  }
  let marksAbove = Double(marks.count - 1)
  return String(
    heights.map { height in
      guard height.isFinite else { return marks[marks.count - 1] }
      let share = greatest > least ? (height - least) / (greatest - least) : 0
      return marks[Int((share * marksAbove).rounded())]
    })
}
