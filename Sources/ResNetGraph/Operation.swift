import ResNetCore

/// What a layer computes from its inputs, as a plain value.
///
/// Shapes are of one sample: `[channels, height, width]` for images, `[features]` for vectors.
public enum Operation: Hashable, Sendable {
  /// The network's input.
  case input(Shape)
  /// z = W ∗ a + b.
  case convolution(Convolution)
  /// z = W·a + b on vectors.
  case linear(Linear)
  /// (x − mean) / √(variance + ε) · scale + shift, for each channel of an image or each feature of a vector.
  case batchNormalization(BatchNormalization)
  /// max(x, 0).
  case relu
  /// The sum of two inputs of the same shape; the first is a block's branch and the second its shortcut.
  case add
  /// Takes every `stride`-th pixel and surrounds the channels with channels of zeros (shortcut A).
  case zeroPadding(ZeroPadding)
  /// The greatest value of each window.
  case maxPooling(Pooling)
  /// The mean of the pixels of each window; padding does not count.
  case averagePooling(Pooling)
  /// The mean of each channel over all pixels: `[channels, height, width]` to `[channels]`.
  case globalAveragePooling
  /// `[channels, height, width]` to `[channels · height · width]`, row-major.
  case flatten
  /// The channels of all inputs, one after another, as dense connections join them.
  case concatenation
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// scale · x + offset with constants.
  case affine(scale: Float, offset: Float)
  /// The product of two inputs: of the same shape, or the second a vector with a factor for each channel of the first.
  case multiplication
  /// While training, zero for some values and 1 / (1 − rate) times the others; the identity elsewhere.
  case dropout(Dropout)
}

/// A two-dimensional convolution; z is `[outputs, (h + 2·padding − kernel) / stride + 1, …]`, rounded down.
public struct Convolution: Hashable, Sendable {
  /// Output channels.
  public var outputs: Int
  /// Height and width of the kernel.
  public var kernel: Int
  /// Pixels between windows, in both directions.
  public var stride: Int
  /// Zeros added on each of the four sides.
  public var padding: Int
  /// Output channels of one group see the input channels of that group only; 1 where all see all.
  public var groups: Int
  /// How weights `[outputs, inputs / groups, kernel, kernel]` begin.
  public var weight: Initializer
  /// How biases `[outputs]` begin; `nil` where there are none.
  public var bias: Initializer?

  /// Makes a convolution whose padding keeps the size at stride 1 unless another is given.
  public init(
    outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
    weight: Initializer = .he(.fanOut), bias: Initializer? = nil
  ) {
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding ?? kernel / 2
    self.groups = groups
    self.weight = weight
    self.bias = bias
  }
}

/// A fully connected layer: `[features]` to `[outputs]`.
public struct Linear: Hashable, Sendable {
  /// Output features.
  public var outputs: Int
  /// How weights `[outputs, inputs]` begin.
  public var weight: Initializer
  /// How biases `[outputs]` begin; `nil` where there are none.
  public var bias: Initializer?

  /// Makes a fully connected layer; both begin as PyTorch's do unless other initialisers are given.
  public init(outputs: Int, weight: Initializer = .uniformByFanIn, bias: Initializer? = .uniformByFanIn) {
    self.outputs = outputs
    self.weight = weight
    self.bias = bias
  }
}

/// Batch normalisation (Ioffe and Szegedy, 2015) with PyTorch's conventions: the biased variance normalises, the
/// unbiased one is stored, running ← (1 − momentum) · running + momentum · batch.
public struct BatchNormalization: Hashable, Sendable {
  /// Added to the variance.
  public var epsilon: Float
  /// The share of the batch in the running statistics.
  public var momentum: Float
  /// How scales begin: 1, or 0 for the last of a branch so that its block begins as the identity.
  public var scale: Initializer

  /// Makes a normalisation; torchvision's values unless others are given.
  public init(epsilon: Float = 1e-5, momentum: Float = 0.1, scale: Initializer = .constant(1)) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.scale = scale
  }
}

/// Shortcut A: subsampling and channels of zeros.
public struct ZeroPadding: Hashable, Sendable {
  /// Every `stride`-th pixel of every `stride`-th row is kept; 1 for vectors.
  public var stride: Int
  /// Channels of zeros put before the input's.
  public var before: Int
  /// Channels of zeros put after the input's.
  public var after: Int

  /// Makes a shortcut of zeros.
  public init(stride: Int, before: Int, after: Int) {
    self.stride = stride
    self.before = before
    self.after = after
  }
}

/// The windows of a pooling layer.
public struct Pooling: Hashable, Sendable {
  /// Height and width of the window.
  public var kernel: Int
  /// Pixels between windows, in both directions.
  public var stride: Int
  /// Pixels added on each side, which never win and do not count.
  public var padding: Int
  /// Whether pixels that are left over at the right and at the bottom get a smaller window of their own.
  public var roundsUp: Bool

  /// Makes the windows.
  public init(kernel: Int, stride: Int, padding: Int, roundsUp: Bool = false) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.roundsUp = roundsUp
  }
}
