import ResNetCore

/// Reads small text files that may come from anywhere.
package enum TextFile {
  /// The whole text of a file.
  ///
  /// - Parameter limit: the most bytes that the file may have; no more memory is taken.
  /// - Throws: `ResNetError` of code `data` where there is no such file, where it is longer or not UTF-8, `inputOutput`
  ///   where it cannot be read.
  package static func read(_ path: String, atMost limit: Int) throws -> String {
    let source = try ByteSource(contentsOf: path)
    guard source.count <= limit else {
      throw ResNetError(
        .data, "the file has \(source.count) bytes, more than \(limit)", at: path, remedy: "Give the right file")
    }
    guard let text = String(validating: try source.read(source.count, at: 0), as: UTF8.self) else {
      throw ResNetError(.data, "the text is not UTF-8", at: path, remedy: "Give a text file, saved as UTF-8")
    }
    return text
  }
}
