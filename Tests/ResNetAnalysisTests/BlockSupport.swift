import ResNetAnalysis
import ResNetCore
import ResNetModel
import ResNetModels
import Synchronization

/// A network for small pictures with the hashed numbers of its parameters, or what becomes of them.
func smallSubject(
  _ architecture: Architecture, name: String? = nil,
  parameters change: ([String: Tensor]) throws -> [String: Tensor] = { $0 }
) throws -> Subject {
  var subject = try Small.subject(architecture, for: Small.pictures(8), name: name ?? architecture.name)
  subject.model = try Small.changed(subject.model, to: change(subject.model.parameters))
  return subject
}

/// The parameters with branches of basic blocks that add nothing: their last scales and shifts are zero.
func addingNothing(_ parameters: [String: Tensor]) -> [String: Tensor] {
  Dictionary(
    uniqueKeysWithValues: parameters.map { name, tensor in
      [".bn2.weight", ".bn2.bias"].contains(where: name.hasSuffix)
        ? (name, Tensor(shape: tensor.shape)) : (name, tensor)
    })
}

/// Shares of progress in the order in which they were told.
final class Seen: Sendable {
  private let shares = Mutex([Double]())

  func add(_ share: Double) { shares.withLock { $0.append(share) } }

  var values: [Double] { shares.withLock { $0 } }
}
