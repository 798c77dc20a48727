import ResNetCore

/// Reads whole files that may come from anywhere.
package enum BinaryFile {
  /// All bytes of a file.
  ///
  /// - Parameter limit: the most bytes that the file may have; no more memory is taken.
  /// - Throws: `ResNetError` of code `data` where there is no such file or it is longer, `inputOutput` where it cannot be
  ///   read.
  package static func read(_ path: String, atMost limit: Int) throws -> [UInt8] {
    let source = try ByteSource(contentsOf: path)
    guard source.count <= limit else {
      throw ResNetError(
        .data, "the file has \(source.count) bytes, more than \(limit)", at: path, remedy: "Give the right file")
    }
    return try source.read(source.count, at: 0)
  }
}
