import ResNetCore
import ResNetFiles
import ResNetTraining

extension View {
  /// Four paragraphs.
  public var text: String { [title, finding, Self.definition, Self.expectation].joined(separator: "\n\n") + "\n" }

  /// Writes the view as files into a folder, which is made if need be: `NAME.svg` and `NAME-SUFFIX.svg`, `NAME.csv` and
  /// `NAME.txt`; files of those names are replaced.
  ///
  /// - Returns: the paths of the files, the first picture first.
  /// - Throws: `ResNetError` of code `inputOutput` where a file cannot be written.
  @discardableResult
  public func write(to folder: String) throws -> [String] {
    try RunFolder.makeFolder(folder)
    let base = (folder.hasSuffix("/") ? folder : folder + "/") + Self.name
    let files =
      figures.map { (base + ($0.suffix.map { "-" + $0 } ?? "") + ".svg", $0.svg) }
      + [(base + ".csv", table.commaSeparated), (base + ".txt", text)]
    for (path, contents) in files { try AtomicFile.write(contents, to: path) }
    return files.map(\.0)
  }
}
