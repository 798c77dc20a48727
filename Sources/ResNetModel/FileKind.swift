import ResNetFiles
import ResNetImages

/// What a file is by its contents, whatever it is called; of the kinds that are easily given in place of one another.
package enum FileKind: Hashable, CustomStringConvertible {
  /// A sound safetensors file.
  case safetensors
  /// A checkpoint of PyTorch.
  case checkpoint
  /// A picture.
  case picture(ImageFormat, ImageSize)

  /// The kind of the file at a path; `nil` where there is none that can be read, or it is none of these.
  package init?(of path: String) {
    if (try? Safetensors(contentsOf: path)) != nil {
      self = .safetensors
    } else if (try? PyTorchCheckpoint.isCheckpoint(at: path)) == true {
      self = .checkpoint
    } else if let bytes = try? BinaryFile.read(path, atMost: 1 << 26),
      let header = try? ImageHeader(bytes: bytes, named: path)
    {
      self = .picture(header.format, header.size)
    } else {
      return nil
    }
  }

  /// What it is in a sentence, as in `a picture (JPEG, 640×480)`.
  package var description: String {
    switch self {
    case .safetensors: "a safetensors file"
    case .checkpoint: "a PyTorch checkpoint"
    case .picture(let format, let size): "a picture (\(format.rawValue), \(size))"
    }
  }

  /// Whether it holds weights.
  package var holdsWeights: Bool { self == .safetensors || self == .checkpoint }
}
