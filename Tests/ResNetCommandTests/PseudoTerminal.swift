import Foundation
import Testing

/// A terminal that a program writes to and a test reads from.
final class PseudoTerminal {
  /// The program's end.
  let handle: FileHandle
  private let master: Int32

  init(columns: UInt16) throws {
    var (master, program): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&master, &program, nil, nil, &size) == 0)
    self.master = master
    handle = FileHandle(fileDescriptor: program, closeOnDealloc: true)
    try #require(fcntl(master, F_SETFL, O_NONBLOCK) == 0)
  }

  deinit { close(master) }

  /// What was written so far; it must be less than the system keeps, some kilobytes.
  func written() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}

/// As much of a terminal's screen as the display needs: it understands text, line ends, cursor up and two ways to erase.
struct TestScreen {
  let columns: Int
  private var rows: [[Character]] = [[]]
  private var row = 0
  private var column = 0

  init(columns: Int) { self.columns = columns }

  /// What stands on the screen, without spaces at the ends of lines.
  var lines: [String] { rows.map { row in String(row.reversed().drop { $0 == " " }.reversed()) } }

  /// Row and column of the cursor.
  var cursor: [Int] { [row, column] }

  mutating func send(_ text: String) {
    // A terminal in its usual state ends lines with both, which Swift counts as one character.
    var rest = text.replacingOccurrences(of: "\r\n", with: "\n")[...]
    while let character = rest.popFirst() {
      switch character {
      case "\r": column = 0
      case "\n": (row, column) = (row + 1, 0)
      case "\u{1B}": control(&rest)
      default: place(character)
      }
      while rows.count <= row { rows.append([]) }
    }
  }

  private mutating func control(_ rest: inout Substring) {
    let sequence = rest.prefix { !$0.isLetter }
    let command = rest.dropFirst(sequence.count).first
    rest = rest.dropFirst(sequence.count + 1)
    switch command {
    case "A": row -= Int(sequence.dropFirst()) ?? 1
    case "K": rows[row] = Array(rows[row].prefix(column))
    case "J": rows = Array(rows[..<row]) + [Array(rows[row].prefix(column))]
    case "m": break
    default: Issue.record("the screen does not know \(sequence)\(command.map(String.init) ?? "")")
    }
  }

  private mutating func place(_ character: Character) {
    if column == columns { (row, column) = (row + 1, 0) }
    while rows.count <= row { rows.append([]) }
    while rows[row].count <= column { rows[row].append(" ") }
    rows[row][column] = character
    column += 1
  }
}
