import Foundation
import ResNetCore

/// A length of time as `45 s`, `2:05` or `1:02:05`.
func clockTime(_ seconds: Double) -> String {
  // A file may say that a run took no number of seconds.
  let whole = seconds.isNaN ? 0 : Int(min(max(seconds.rounded(), 0), 1e9))
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" }
  return minutes > 0 ? "\(minutes):\(twoDigits(rest))" : "\(rest) s"
}

/// A number from 0 to 99 as a clock shows it.
func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// A value as JSON on one line, keys sorted.
func encoded(_ value: some Encodable) throws -> String {
  String(decoding: try JSONEncoder.stable.encode(value), as: UTF8.self)
}

/// A text in lines of at most so many columns, broken between words where one is not longer than that.
func wrapped(_ text: String, width: Int = 80) -> String {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.columns + 1 + word.columns <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.joined(separator: "\n")
}

/// The path of a file itself, whatever links lead to it.
func resolvedPath(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

/// Whether a path leads to something that is no folder.
func isFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) && !isFolder(path) }

/// Whether a path leads to a folder.
func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}
