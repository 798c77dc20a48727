import ResNetCore
import ResNetFiles
import ResNetImages
import ResNetModels

/// What a file is by its contents, whatever it is called; of the kinds that are easily given in place of one another.
package enum FileKind: Hashable, CustomStringConvertible {
  /// A model of ours, by the name of its network.
  case model(String)
  /// A sound safetensors file of another origin.
  case safetensors
  /// A checkpoint of PyTorch.
  case checkpoint
  /// A picture.
  case picture(ImageFormat, ImageSize)

  /// The kind of the file at a path; `nil` where there is none that can be read, or it is none of these.
  package init?(of path: String) {
    if let file = try? Safetensors(contentsOf: path) {
      self = (try? ModelMetadata(file)).map { .model($0.architecture.name) } ?? .safetensors
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
    case .model(let network): "a model of the network \(quoted(network))"
    case .safetensors: "a safetensors file"
    case .checkpoint: "a PyTorch checkpoint"
    case .picture(let format, let size): "a picture (\(format.rawValue), \(size))"
    }
  }

  /// Whether it holds weights.
  package var holdsWeights: Bool {
    if case .picture = self { false } else { true }
  }

  /// The error for a file that was to be a text: what the file is, where that is known, or else what reading it came to.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - error: what reading it came to.
  ///   - wanted: what was wanted, as in `description of a network`.
  ///   - remedy: what to give instead.
  package static func refusal(
    of path: String, insteadOf error: ResNetError, wanted: String, remedy: String
  ) -> ResNetError {
    guard error.code == .data, let kind = FileKind(of: path) else { return error }
    var refusal = ResNetError(.data, "the file is \(kind), and no \(wanted)", at: path, remedy: remedy)
    if case .model = kind { refusal.remedy += "; training goes on from a model with --from" }
    return refusal
  }
}
