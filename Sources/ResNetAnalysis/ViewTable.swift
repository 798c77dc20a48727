import ResNetCore

/// Numbers and names in rows under the names of their columns.
public struct ViewTable: Hashable, Sendable {
  /// One entry of a row.
  public enum Cell: Hashable, Sendable {
    /// A name.
    case text(String)
    /// A count.
    case integer(Int)
    /// A measured value; one that is not finite is an empty cell.
    case number(Double)
    /// Nothing was measured.
    case empty
  }

  /// The names of the columns, in words with underscores and the unit at the end, as in `test_error_percent`.
  public let columns: [String]
  /// The rows; each has a cell for every column.
  public let rows: [[Cell]]

  /// Makes a table.
  ///
  /// - Throws: `ResNetError` of code `usage` where a row does not have a cell for every column.
  public init(columns: [String], rows: [[Cell]]) throws {
    if let row = rows.firstIndex(where: { $0.count != columns.count }) {
      throw ResNetError(
        .usage, "a row of \(rows[row].count) cells does not fit \(columns.count) columns", at: "table, row \(row)",
        remedy: "Give each row one cell for each column")
    }
    self.columns = columns
    self.rows = rows
  }

  /// Makes a table of rows that are known to fit.
  ///
  /// - Precondition: each row has a cell for every column.
  init(trusted columns: [String], _ rows: [[Cell]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "each row has a cell for every column")
    self.columns = columns
    self.rows = rows
  }

  /// The table as comma-separated values (RFC 4180, lines ended by a line feed) under a line of names.
  public var commaSeparated: String {
    ([columns.map(Self.quoted)] + rows.map { $0.map(\.text) }).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }) else {
      return text
    }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension ViewTable.Cell {
  /// The cell as it stands in a file.
  var text: String {
    switch self {
    case .text(let text): ViewTable.quoted(text)
    case .integer(let count): "\(count)"
    case .number(let value): value.isFinite ? "\(value)" : ""
    case .empty: ""
    }
  }
}
