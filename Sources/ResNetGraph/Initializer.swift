import ResNetCore

/// How a parameter begins.
public enum Initializer: Hashable, Sendable {
  /// Which side of a layer sets the spread.
  public enum Fan: String, Hashable, Sendable {
    /// Inputs of one output: inputs × kernel area.
    case fanIn
    /// Outputs of one input: outputs × kernel area.
    case fanOut
  }

  /// Normal with deviation √(2 / fan) (He et al., "Delving deep into rectifiers", 2015).
  case he(Fan)
  /// Uniform within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010).
  case xavier
  /// Normal with the given deviation.
  case normal(deviation: Float)
  /// Uniform within ±1 / √(fan in), as PyTorch begins its fully connected layers.
  case uniformByFanIn
  /// The same value everywhere.
  case constant(Float)

  /// The first values of a parameter, a function of the seed and the parameter's name alone.
  ///
  /// - Parameters:
  ///   - name: the parameter's name.
  ///   - shape: the parameter's shape, `[outputs, inputs, …]` for weights.
  ///   - fanIn: inputs of one output, which for a bias are those of its layer.
  ///   - fanOut: outputs that one input reaches.
  ///   - seed: what they are drawn from.
  public func values(name: String, shape: Shape, fanIn: Int, fanOut: Int, seed: UInt64) -> [Float] {
    var numbers = RandomNumbers(seed: seed, purpose: .initialization, index: stableHash(name))
    let count = shape.count
    switch self {
    case .he(let fan):
      let deviation = (2 / Double(fan == .fanIn ? fanIn : fanOut)).squareRoot()
      return numbers.normal(count: count, deviation: deviation)
    case .xavier:
      return numbers.uniform(count: count, bound: (6 / Double(fanIn + fanOut)).squareRoot())
    case .normal(let deviation):
      return numbers.normal(count: count, deviation: Double(deviation))
    case .uniformByFanIn:
      return numbers.uniform(count: count, bound: 1 / Double(fanIn).squareRoot())
    case .constant(let value):
      return Array(repeating: value, count: count)
    }
  }
}
