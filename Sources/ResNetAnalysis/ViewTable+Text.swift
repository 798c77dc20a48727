import ResNetCore

extension ViewTable {
  /// The table for people: the first column to the left, the others to the right, as wide as their widest cells; no line
  /// end behind the last row.
  public var aligned: String {
    let cells = [columns] + rows.map { $0.map(\.shown) }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      zip(row, widths).enumerated().map { column, entry in
        let space = String(repeating: " ", count: entry.1 - entry.0.count)
        return column == 0 ? entry.0 + space : space + entry.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension ViewTable.Cell {
  /// The cell as a person reads it.
  var shown: String {
    switch self {
    case .text(let text): printable(text)
    case .integer(let count): "\(count)"
    case .number(let value): fixed(value, 2)
    case .empty: "–"
    }
  }
}
