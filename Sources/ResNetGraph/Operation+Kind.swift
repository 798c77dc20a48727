extension Operation {
  /// The operation's name without its settings, as in `batchNormalization`.
  public var kind: String {
    switch self {
    case .input: "input"
    case .convolution: "convolution"
    case .linear: "linear"
    case .batchNormalization: "batchNormalization"
    case .relu: "relu"
    case .add: "add"
    case .zeroPadding: "zeroPadding"
    case .maxPooling: "maxPooling"
    case .globalAveragePooling: "globalAveragePooling"
    case .flatten: "flatten"
    case .averagePooling: "averagePooling"
    case .concatenation: "concatenation"
    case .sigmoid: "sigmoid"
    case .affine: "affine"
    case .multiplication: "multiplication"
    case .dropout: "dropout"
    }
  }
}
