import ResNetCore

/// A named array of numbers that a layer holds: learned, or gathered while training.
public struct Parameter: Hashable, Sendable {
  /// What a parameter is to its layer.
  public enum Kind: String, Hashable, Sendable {
    /// Of a convolution `[outputs, inputs, height, width]` or a fully connected layer `[outputs, inputs]`.
    case weight
    /// Of a convolution or a fully connected layer, `[outputs]`.
    case bias
    /// Of a normalisation, `[channels]`; `weight` in torchvision's names.
    case scale
    /// Of a normalisation, `[channels]`; `bias` in torchvision's names.
    case shift
    /// Of a normalisation, `[channels]`; gathered, not learned.
    case runningMean
    /// Of a normalisation, `[channels]`, unbiased; gathered, not learned.
    case runningVariance

    /// Whether gradient descent changes it.
    public var isLearned: Bool { self != .runningMean && self != .runningVariance }
  }

  /// torchvision's name, as in `layer1.0.bn1.running_mean`.
  public let name: String
  /// What it is to its layer.
  public let kind: Kind
  /// The size along each axis.
  public let shape: Shape
  /// How it begins.
  public let initializer: Initializer
  /// Inputs of one output of its layer.
  public let fanIn: Int
  /// Outputs of one input of its layer.
  public let fanOut: Int

  /// The first values, a function of the seed and the name alone.
  public func initialValues(seed: UInt64) -> Tensor {
    Tensor(
      shape: shape,
      scalars: initializer.values(name: name, shape: shape, fanIn: fanIn, fanOut: fanOut, seed: seed))
  }
}
