import ResNetCore

/// The layout of a table: the first column to the left, the others to the right, in at most 80 columns.
struct Columns {
  /// The width that every terminal has.
  static let lineWidth = 80
  private static let gap = "  "

  private var widths: [Int]

  /// Makes columns as wide as the widest of some cells; the first takes what the others leave of the line.
  ///
  /// - Precondition: all rows have as many cells as the first, and there is at least one of each.
  init(fitting rows: [[String]]) {
    widths = rows[0].indices.map { column in rows.map { $0[column].columns }.max() ?? 0 }
    let others = widths.dropFirst().reduce(0) { $0 + Self.gap.count + $1 }
    widths[0] = min(widths[0], Self.lineWidth - others)
  }

  /// One line of the table.
  func line(_ cells: [String]) -> String {
    zip(cells, widths).enumerated().map { column, entry in
      let (cell, width) = (column == 0 ? shortened(entry.0, to: entry.1) : entry.0, entry.1)
      let space = String(repeating: " ", count: max(0, width - cell.columns))
      return column == 0 ? cell + space : space + cell
    }.joined(separator: Self.gap)
  }

  /// A whole table, line by line.
  static func table(_ rows: [[String]]) -> [String] {
    let columns = Columns(fitting: rows)
    return rows.map(columns.line)
  }
}

/// A text from outside as a table can hold it: no longer than a line, nothing in it that a terminal might act on.
func cell(_ text: String) -> String { printable(shortened(text, to: Columns.lineWidth)) }

/// A text with its middle left out where it is too long: the beginning and the end of a path tell the most.
func shortened(_ text: String, to width: Int) -> String {
  guard text.columns > width, width > 0 else { return text }
  return text.beginning(columns: width - 1 - width / 2) + "…" + text.end(columns: width / 2)
}
