import ResNetCore

/// One step of a network: an operation, where its inputs come from, and the shape of its output.
public struct Layer: Hashable, Sendable {
  /// The path of the module in torchvision's naming, as in `layer1.0.conv1`; unique in its graph.
  public let name: String
  /// What it computes.
  public let operation: Operation
  /// Positions in the graph of the layers whose outputs it takes; all smaller than its own.
  public let inputs: [Int]
  /// The shape of one sample's output.
  public let shape: Shape
  /// Its parameters, in torchvision's order.
  public let parameters: [Parameter]
  /// Multiplications with weights for one sample: convolutions and fully connected layers, as the field counts them.
  public let multiplyAdds: Int
}

extension Layer {
  /// The number of learned values.
  public var parameterCount: Int {
    parameters.filter(\.kind.isLearned).reduce(0) { $0 + $1.shape.count }
  }

  /// Works out shape, parameters and cost from the operation and the shapes of the inputs.
  ///
  /// - Throws: `ResNetError` of code `usage` where the shapes do not allow the operation.
  init(name: String, operation: Operation, inputs: [Int], inputShapes: [Shape]) throws {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.shape = try operation.outputShape(of: inputShapes, at: name)
    _ = try self.shape.checkedCount()
    self.parameters = operation.parameters(name: name, input: inputShapes.first ?? [])
    for parameter in self.parameters { _ = try parameter.shape.checkedCount() }
    let weights = self.parameters.first { $0.kind == .weight }?.shape.count ?? 0
    let uses = self.shape.rank == 3 ? self.shape[1] * self.shape[2] : 1
    let (cost, overflow) = weights.multipliedReportingOverflow(by: uses)
    guard !overflow else {
      throw ResNetError(.usage, "the layer is too large to count", at: name, remedy: "Use fewer channels or pixels")
    }
    self.multiplyAdds = cost
  }

  /// The same layer with other positions of its inputs.
  func taking(inputs: [Int]) -> Layer {
    Layer(
      name: name, operation: operation, inputs: inputs, shape: shape, parameters: parameters,
      multiplyAdds: multiplyAdds)
  }
}
