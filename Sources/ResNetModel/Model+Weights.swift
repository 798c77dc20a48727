import ResNetCore
import ResNetGraph
import ResNetImages
import ResNetModels

extension Model {
  /// Puts the weights that others trained into a network.
  ///
  /// - Parameters:
  ///   - architecture: which network.
  ///   - input: the shape of one sample; the network's usual one if `nil`.
  ///   - classes: the names of its classes, in the order of its outputs.
  ///   - preprocessing: what was done to the images that the weights were trained on.
  ///   - weights: the file that holds them.
  ///   - isPartial: whether what the file lacks or has in another shape may keep its first values, a function of the
  ///     seed 0 and its name; `weights.difference(from: model.graph)` then tells what that is.
  /// - Throws: `ResNetError` of code `usage` where the network cannot be made, `data` where the weights do not fit it, or
  ///   none of them does; the message lists the first ten that are missing, unexpected or of the wrong shape.
  public init(
    architecture: Architecture, input: Shape? = nil, classes: [String], preprocessing: Preprocessing,
    weights: WeightFile, isPartial: Bool = false
  ) throws {
    try self.init(architecture, input, classes, preprocessing) { graph in
      let difference = weights.difference(from: graph)
      guard isPartial || difference.isEmpty else {
        throw Self.misfit(
          difference, of: architecture, at: weights.place,
          remedy: "Give weights of this network and this number of classes, or ask for partial loading (--partial)")
      }
      var tensors = try weights.tensors(for: graph)
      guard !tensors.isEmpty else {
        throw ResNetError(
          .data, "none of the tensors fits the network \(quoted(architecture.name))", at: weights.place,
          remedy: "Give weights of this network")
      }
      for parameter in graph.parameters where tensors[parameter.name] == nil {
        tensors[parameter.name] = parameter.initialValues(seed: 0)
      }
      return (tensors, nil)
    }
  }
}
