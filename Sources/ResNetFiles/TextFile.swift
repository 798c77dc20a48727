import ResNetCore

/// Small text files, read whole.
public enum TextFile {
  /// The text of a file.
  ///
  /// - Parameter limit: the most bytes that it may have, so that a wrong file costs no memory.
  /// - Throws: `ResNetError` of code `data` where there is none, it is larger or not UTF-8; `inputOutput` where it cannot
  ///   be read.
  public static func read(_ path: String, atMost limit: Int) throws -> String {
    let source = try ByteSource(contentsOf: path)
    guard source.count <= limit else {
      throw ResNetError(
        .data, "the file has \(source.count) bytes, more than \(limit)", at: path,
        remedy: "Check that it is the file that it should be")
    }
    guard let text = String(validating: try source.read(source.count, at: 0), as: UTF8.self) else {
      throw ResNetError(
        .data, "the file is no text in UTF-8", at: path, remedy: "Check that it is the file that it should be")
    }
    return text
  }
}
