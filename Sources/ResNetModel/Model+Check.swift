import ResNetCore
import ResNetModels

extension Model {
  /// Refuses tensors that are not exactly those that are expected.
  static func check(
    _ tensors: [(name: String, shape: Shape)], against expected: [(String, Shape)], of architecture: Architecture
  ) throws {
    let difference = ParameterDifference(given: tensors, expected: expected.map { (name: $0.0, shape: $0.1) })
    guard difference.isEmpty else {
      throw misfit(difference, of: architecture, remedy: "Give weights of this network and this number of classes")
    }
  }

  /// The error for tensors that do not fit.
  static func misfit(
    _ difference: ParameterDifference, of architecture: Architecture, at place: String? = nil, remedy: String
  ) -> ResNetError {
    ResNetError(
      .data,
      "the tensors do not fit the network \(quoted(architecture.name)): "
        + difference.lines.joined(separator: "; "), at: place, remedy: remedy)
  }
}
