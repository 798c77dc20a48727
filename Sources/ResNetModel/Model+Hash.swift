import ResNetCore
import ResNetFiles

extension Model {
  /// Sixteen hexadecimal digits that identify network, classes, preprocessing and numbers: all that the model computes with.
  ///
  /// It finds out mistakes, not forgeries.
  public func contentHash() throws -> String {
    var contents = try fileContents()
    var hash = ContentHash("model")
    contents.metadata[ModelMetadata.figuresKey] = nil
    for (key, text) in contents.metadata.sorted(by: { precedes($0.key, $1.key) }) { hash.combine("\(key) \(text)") }
    for (name, tensor) in contents.tensors.sorted(by: { precedes($0.key, $1.key) }) { hash.combine(name, tensor) }
    for (name, tensor) in contents.integers.sorted(by: { precedes($0.key, $1.key) }) {
      hash.combine("\(name) \(tensor.shape)")
      tensor.scalars.withUnsafeBytes { hash.combine($0) }
    }
    return hash.digits
  }
}
