/// Lines at the end of a terminal's screen that are written over in place.
///
/// It says what to send to the terminal, and relies on the cursor being where the last such text left it: behind the
/// last line while there are lines, else at the beginning of a line. Nothing but the lines is changed on the terminal.
struct ScreenRegion {
  /// The widths of the lines that are there now, in columns.
  private var widths: [Int] = []

  /// Whether there are lines.
  var isEmpty: Bool { widths.isEmpty }

  /// Puts `lines` in place of those that are there, on a terminal of `columns` columns.
  mutating func show(_ lines: [StyledLine], columns: Int) -> String {
    let start = toBeginning(columns: columns)
    widths = lines.map(\.width)
    // Each line is cleared behind its end instead of before its beginning, so that nothing flickers.
    return start + lines.map { $0.text + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J"
  }

  /// Takes the lines away; the cursor is then where the first one began.
  mutating func clear(columns: Int) -> String {
    guard !isEmpty else { return "" }
    defer { widths = [] }
    return toBeginning(columns: columns) + "\u{1B}[J"
  }

  /// A terminal that has become narrower than a line has broken it into several rows.
  private func toBeginning(columns: Int) -> String {
    guard !isEmpty else { return "" }
    let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(columns, 1)) }
    return rows > 1 ? "\r\u{1B}[\(rows - 1)A" : "\r"
  }
}
