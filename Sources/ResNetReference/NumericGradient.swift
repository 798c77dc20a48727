import ResNetCore
import ResNetGraph

/// Derivatives of a scalar of the logits by central differences, in Double.
///
/// The step shrinks until both sides lie on the same smooth piece of the network: the same ReLUs pass and the same
/// pixels win maxima. Where that never happens there is a corner, and the answer is `nil`.
public struct NumericGradient: Sendable {
  /// What a derivative is taken with respect to.
  public enum Variable: Hashable, Sendable {
    /// The network's input.
    case input
    /// A learned parameter by name.
    case parameter(String)
    /// The output of a layer by name, changed for all that take it.
    case activation(String)
  }

  /// The pass around which the differences are taken.
  public let base: Trace
  private let reference: Reference
  private let options: Reference.Options
  private let scalar: Scalar

  /// Computes the pass around which differences will be taken.
  ///
  /// - Throws: `ResNetError` of code `usage` where the input, the options or the scalar do not fit the network.
  public init(
    of scalar: Scalar, reference: Reference, input: [Double], batch: Int, options: Reference.Options = .init()
  ) throws {
    self.reference = reference
    self.options = options
    self.scalar = scalar
    self.base = try reference.forward(input, batch: batch, options: options)
    _ = try base.value(of: scalar)
  }

  /// The derivative with respect to one element, or `nil` at a corner.
  ///
  /// - Throws: `ResNetError` of code `usage` where the network has no such variable or element.
  public func element(_ index: Int, of variable: Variable) throws -> Double? {
    let count = try values(of: variable).values.count
    guard (0..<count).contains(index) else {
      throw ResNetError(.usage, "there is no element \(index) of \(count)", remedy: "Count from 0")
    }
    var direction = Array(repeating: 0.0, count: count)
    direction[index] = 1
    return try along(direction, of: variable)
  }

  /// The derivative along a direction, Σ gradient · direction, or `nil` at a corner.
  ///
  /// - Throws: `ResNetError` of code `usage` where the network has no such variable or the direction has another size.
  public func along(_ direction: [Double], of variable: Variable) throws -> Double? {
    let (layer, values) = try self.values(of: variable)
    guard direction.count == values.count else {
      throw ResNetError(
        .usage, "a direction of \(direction.count) values does not fit \(values.count)", remedy: "Give one for each")
    }
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return 0 }
    func pass(_ step: Double) throws -> Trace {
      let moved = zip(values, direction).map { $0 + step * $1 }
      switch variable {
      case .parameter(let name):
        return try reference.forward(
          changing: .parameter(layer: layer, name: name, values: moved), of: base, options: options)
      case .input, .activation:
        return try reference.forward(changing: .output(layer: layer, values: moved), of: base, options: options)
      }
    }
    for distance in [3e-5, 3e-6, 3e-7] {
      let step = distance / length
      let (above, below) = (try pass(step), try pass(-step))
      if above.corners == base.corners, below.corners == base.corners {
        return try (above.value(of: scalar) - below.value(of: scalar)) / (2 * step)
      }
    }
    return nil
  }

  private func values(of variable: Variable) throws -> (layer: Int, values: [Double]) {
    switch variable {
    case .input: return (0, base.outputs[0])
    case .activation(let name):
      let layer = try reference.graph.index(of: name)
      return (layer, base.outputs[layer])
    case .parameter(let name):
      let layer = reference.graph.layers.firstIndex { $0.parameters.contains { $0.name == name } }
      guard let layer, let values = reference.parameters[name] else {
        throw ResNetError(.usage, "the network has no such parameter", at: name, remedy: "Print the network's summary")
      }
      return (layer, values)
    }
  }
}
