import Foundation
import ResNet
import ResNetFiles

/// The names of classes in a file, one a line.
///
/// - Throws: `ResNetError` of code `data` where there is no such file, it names none, or a line is empty.
func namesOfClasses(in path: String) throws -> [String] {
  let text = try TextFile.read(path, atMost: 1 << 26)
  var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    .map { $0.trimmingCharacters(in: .whitespaces) }
  while lines.last?.isEmpty == true { lines.removeLast() }
  guard !lines.isEmpty, let empty = lines.firstIndex(of: "") else {
    guard lines.isEmpty else { return lines }
    throw ResNetError(.data, "the file names no classes", at: path, remedy: "Write one name a line")
  }
  throw ResNetError(
    .data, "the class has no name", at: "\(path), line \(empty + 1)", remedy: "Write one name a line")
}
