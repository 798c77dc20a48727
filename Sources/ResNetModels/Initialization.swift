import ResNetGraph

/// How the weights of a whole network begin.
///
/// Biases begin at 0, scales of normalisations at 1. The last, fully connected layer `fc` is an exception under `he`:
/// nothing rectifies its outputs, so it begins as PyTorch's does, weights and biases uniform within ±1/√(fan in); under
/// `heFanIn` its weights alone do.
public enum Initialization: Hashable, Sendable {
  /// Normal with deviation √(2 / fan out) (He et al., "Delving deep into rectifiers", 2015); `fc` as PyTorch begins it.
  case he
  /// Normal with deviation √(2 / fan in); `fc` as PyTorch begins it, with biases of 0: torchvision's DenseNets.
  case heFanIn
  /// Uniform within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010); `fc` too, with biases of 0.
  case xavier
  /// Normal with the given deviation; `fc` too, with biases of 0.
  case normal(deviation: Float)
}

extension Initialization {
  /// How the weights of convolutions and hidden fully connected layers begin.
  var weight: Initializer {
    switch self {
    case .he: .he(.fanOut)
    case .heFanIn: .he(.fanIn)
    case .xavier: .xavier
    case .normal(let deviation): .normal(deviation: deviation)
    }
  }

  /// How the weights of the last layer begin.
  var classifierWeight: Initializer { self == .he || self == .heFanIn ? .uniformByFanIn : weight }

  /// How the biases of the last layer begin.
  var classifierBias: Initializer { self == .he ? .uniformByFanIn : .constant(0) }
}

extension Initialization: LosslessStringConvertible {
  /// Reads `he`, `he-fan-in`, `xavier` or `normal:DEVIATION`, as in `normal:0.01`; the deviation is positive.
  public init?(_ description: String) {
    switch description {
    case "he": self = .he
    case "he-fan-in": self = .heFanIn
    case "xavier": self = .xavier
    default:
      guard description.hasPrefix("normal:"), let deviation = Float(description.dropFirst(7)),
        deviation.isFinite, deviation > 0
      else { return nil }
      self = .normal(deviation: deviation)
    }
  }

  /// `he`, `he-fan-in`, `xavier` or `normal:DEVIATION`.
  public var description: String {
    switch self {
    case .he: "he"
    case .heFanIn: "he-fan-in"
    case .xavier: "xavier"
    case .normal(let deviation): "normal:\(deviation)"
    }
  }
}
