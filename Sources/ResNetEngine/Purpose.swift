/// What a program is for: which statistics normalise, what is differentiated, what is kept.
///
/// Training, evaluation, fine-tuning, class maps and lesions are all values of this type; the compiler special-cases
/// none of them. Layers are named as in the graph; a module's name stands for its last layer.
public struct Purpose: Hashable, Sendable {
  /// Where normalisation takes mean and variance from.
  public enum Statistics: Hashable, Sendable {
    /// From the batch itself.
    case batch
    /// From what training gathered.
    case running
  }

  /// What the gradient at the output is.
  public enum Seed: Hashable, Sendable {
    /// Nothing is differentiated.
    case none
    /// That of the mean softmax cross-entropy over the batch, by the program's labels.
    case crossEntropy
    /// The same by the program's targets, t ≥ 0, the share of each class in each sample: Σ −t · log softmax over samples and
    /// classes, divided by Σ t. A row's sum is the sample's weight.
    ///
    /// Rows with a single 1 give the bits of `crossEntropy`; rows with the class's weight are PyTorch's
    /// `CrossEntropyLoss(weight:)`, rows that sum to 1 its probabilities of classes.
    case weightedCrossEntropy
    /// 1 at the logit that each sample's label names: that logit's own gradient, summed over the batch.
    case logit
    /// What the caller writes to `Program.outputGradient`.
    case given
  }

  /// Which parameters get gradients.
  public enum ParameterGradients: Hashable, Sendable {
    /// None.
    case none
    /// All that are learned.
    case all
    /// Those of the named layer or module and of all layers behind it.
    case from(String)
  }

  /// For all normalisations but those in `statisticsByLayer`.
  public var statistics: Statistics
  /// For single normalisation layers, by name.
  public var statisticsByLayer: [String: Statistics] = [:]
  /// Whether batch statistics flow into the running ones.
  public var updatesRunningStatistics: Bool
  /// Whether dropout layers leave something out; `Program.setDropoutStep` says which step's random numbers they use.
  public var usesDropout: Bool
  /// Dropout layers that leave nothing out all the same, by name.
  public var layersWithoutDropout: Set<String> = []
  /// The gradient at the output.
  public var seed: Seed
  /// Which parameters get gradients.
  public var parameterGradients: ParameterGradients
  /// Layers whose output's gradient is kept.
  public var activationGradients: Set<String> = []
  /// Whether the gradient of the input is kept.
  public var inputGradient = false
  /// Layers whose output is kept for reading.
  public var observations: Set<String> = []
  /// Whether every addition has factors on branch and shortcut, forward and backward, that can be set between runs.
  public var gates = false

  /// Makes a purpose of its main parts.
  public init(
    statistics: Statistics, updatesRunningStatistics: Bool = false, usesDropout: Bool = false, seed: Seed = .none,
    parameterGradients: ParameterGradients = .none
  ) {
    self.statistics = statistics
    self.updatesRunningStatistics = updatesRunningStatistics
    self.usesDropout = usesDropout
    self.seed = seed
    self.parameterGradients = parameterGradients
  }

  /// Running statistics, no gradients.
  public static let inference = Purpose(statistics: .running)

  /// Batch statistics, which are gathered, and the gradient of cross-entropy by every parameter.
  public static let training = Purpose(
    statistics: .batch, updatesRunningStatistics: true, usesDropout: true, seed: .crossEntropy, parameterGradients: .all
  )
}
