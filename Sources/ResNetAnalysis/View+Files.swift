import Foundation
import ResNetCore
import ResNetFiles

extension View {
  /// What a person reads of the view: its title, what is seen, what was measured, a paragraph each.
  public var text: String { [title, finding, Self.definition].joined(separator: "\n\n") + "\n" }

  /// Writes the view as files into a folder, which is made if need be: `NAME.svg` and `NAME-SUFFIX.svg`, `NAME.csv` and
  /// `NAME.txt`; files of those names are replaced.
  ///
  /// - Returns: the paths of the files, the first picture first.
  /// - Throws: `ResNetError` of code `inputOutput` where a file cannot be written.
  @discardableResult
  public func write(to folder: String) throws -> [String] {
    try makeFolder(folder)
    let base = (folder.hasSuffix("/") ? folder : folder + "/") + Self.name
    let files =
      figures.map { (base + ($0.suffix.map { "-" + $0 } ?? "") + ".svg", $0.svg) }
      + [(base + ".csv", table.commaSeparated), (base + ".txt", text)]
    for (path, contents) in files { try AtomicFile.write(contents, to: path) }
    return files.map(\.0)
  }
}

/// Makes a folder and those above it, where they are missing.
///
/// - Throws: `ResNetError` of code `inputOutput` where that cannot be.
func makeFolder(_ path: String) throws {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw ResNetError(
      .inputOutput, "the folder cannot be made", at: path, remedy: "Give another folder, or check its permissions")
  }
}
