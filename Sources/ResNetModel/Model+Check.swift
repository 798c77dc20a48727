import ResNetCore
import ResNetImages
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

  /// Refuses preprocessing that was made for other images.
  static func check(_ preprocessing: Preprocessing, against input: Shape) throws {
    let channelsFit = input.rank != 3 || preprocessing.channels == input[0]
    guard channelsFit, preprocessing.meanImage.map({ $0.shape == input }) ?? true else {
      let made = preprocessing.meanImage.map { "images of \($0.shape)" } ?? "\(preprocessing.channels) channels"
      throw ResNetError(
        .data, "preprocessing made for \(made) does not fit an input of \(input)",
        remedy: "Compute it from images of the network's input shape")
    }
  }
}
