import Foundation
import Synchronization

/// Results go to standard output, all else to standard error.
enum Terminal {
  /// Whether standard error is watched, so that a line may be written over.
  static let isInteractive = isatty(2) == 1

  private static let lineWidth = Mutex(0)

  /// Writes a line of results.
  static func print(_ line: String) {
    finishProgress()
    write(line + "\n", to: .standardOutput)
  }

  /// Writes a line that is no result.
  static func note(_ line: String) {
    finishProgress()
    write(line + "\n", to: .standardError)
  }

  /// Shows where the work is: over the last such line where somebody watches, else as a line of its own.
  static func progress(_ line: String) {
    guard isInteractive else { return note(line) }
    let width = lineWidth.withLock { width in
      defer { width = line.count }
      return width
    }
    let rest = String(repeating: " ", count: max(0, width - line.count))
    write("\r\(line)\(rest)", to: .standardError)
  }

  /// Takes the progress line away, so that what follows has a line of its own.
  static func finishProgress() {
    let width = lineWidth.withLock { width in
      defer { width = 0 }
      return width
    }
    guard width > 0 else { return }
    write("\r\(String(repeating: " ", count: width))\r", to: .standardError)
  }

  /// A run goes on where nobody can read what it says: its results are in its folder.
  private static func write(_ text: String, to file: FileHandle) {
    try? file.write(contentsOf: Data(text.utf8))
  }
}

/// A number with a fixed number of decimal places, the same in every locale.
func fixed(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

/// A length of time as `45 s`, `2:05` or `1:02:05`.
func clockTime(_ seconds: Double) -> String {
  let whole = Int(min(max(seconds.rounded(), 0), 1e9))
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if hours > 0 { return "\(hours):\(two(minutes)):\(two(rest))" }
  return minutes > 0 ? "\(minutes):\(two(rest))" : "\(rest) s"
}

/// A value as JSON on one line, keys sorted.
func encoded(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // A diverged model has a loss too.
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
