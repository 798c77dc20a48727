import Foundation
import ResNetCore

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
