import ResNetCore
import ResNetFiles

/// Numbers of a network that are not finite, as a training that diverged leaves them: the network's answers mean nothing,
/// and need not look like it, since the greater of zero and what is not a number is zero in some layers.
package struct NotFinite: Hashable, Sendable, CustomStringConvertible {
  /// The tensors with such numbers, sorted by name, and how many each has.
  package let counts: [Count]

  /// A tensor with such numbers.
  package struct Count: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// How many of its numbers are not finite.
    package let count: Int
  }

  /// Counts them; `nil` where there are none.
  package init?(in tensors: [String: Tensor]) {
    counts = tensors.compactMap { name, tensor in
      let count = tensor.scalars.count { !$0.isFinite }
      return count > 0 ? Count(name: name, count: count) : nil
    }.sorted { precedes($0.name, $1.name) }
    guard !counts.isEmpty else { return nil }
  }

  /// As in `1 value of the tensor 'conv1.weight' is not finite, nor are 3 in 2 other tensors`.
  package var description: String {
    let (first, others) = (counts[0], counts.dropFirst())
    let rest = others.reduce(0) { $0 + $1.count }
    return
      "\(counted(first.count, "value")) of the tensor \(quoted(first.name)) \(first.count == 1 ? "is" : "are") not finite"
      + (others.isEmpty ? "" : ", nor \(rest == 1 ? "is" : "are") \(rest) in \(counted(others.count, "other tensor"))")
  }
}

extension Model {
  /// The numbers that are not finite; `nil` where all are.
  package var notFinite: NotFinite? { NotFinite(in: parameters) }
}
