import ResNetCore
import ResNetGraph

extension Reference {
  /// Where a normalisation takes its mean and variance from.
  public enum Statistics: Hashable, Sendable {
    /// The samples of this batch, as in training.
    case batch
    /// The running statistics among the parameters, as in evaluation.
    case running
  }

  /// Factors on the two inputs of an addition.
  public struct Gate: Hashable, Sendable {
    /// The factor on a block's branch, the addition's first input.
    public var branch: Double
    /// The factor on a block's shortcut, the addition's second input.
    public var shortcut: Double

    /// Makes a gate that lets both pass unless other factors are given.
    public init(branch: Double = 1, shortcut: Double = 1) {
      self.branch = branch
      self.shortcut = shortcut
    }
  }

  /// A step of training, which decides what dropout leaves out.
  public struct DropoutStep: Hashable, Sendable {
    /// The seed of the run.
    public var seed: UInt64
    /// Which step of the run it is.
    public var iteration: Int

    /// Makes a step.
    public init(seed: UInt64, iteration: Int) {
      self.seed = seed
      self.iteration = iteration
    }

    func key(of layer: String) -> UInt32 { Dropout.key(layer: layer, seed: seed, iteration: iteration) }
  }

  /// How a forward pass is done.
  public struct Options: Hashable, Sendable {
    /// Where normalisations take their statistics from.
    public var statistics: Statistics
    /// Exceptions to `statistics`, by the normalisation's name.
    public var statisticsOfLayers: [String: Statistics]
    /// Factors on the inputs of additions, by the addition's name.
    public var gates: [String: Gate]
    /// Factors on the gradients that an addition passes to its inputs, in place of those of `gates`, by its name.
    ///
    /// They change no forward value, only what `NumericGradient` sees.
    public var backwardGates: [String: Gate]
    /// The step whose random numbers dropout uses; where there is none nothing is left out.
    public var dropoutStep: DropoutStep?

    /// Makes options; training's unless others are given.
    public init(
      statistics: Statistics = .batch, statisticsOfLayers: [String: Statistics] = [:], gates: [String: Gate] = [:],
      backwardGates: [String: Gate] = [:], dropoutStep: DropoutStep? = nil
    ) {
      self.statistics = statistics
      self.statisticsOfLayers = statisticsOfLayers
      self.gates = gates
      self.backwardGates = backwardGates
      self.dropoutStep = dropoutStep
    }

    func statistics(of layer: String) -> Statistics { statisticsOfLayers[layer] ?? statistics }
  }

  /// Refuses names in options that mean nothing in the graph.
  func check(_ options: Options, batch: Int) throws {
    var normalizations: Set<String> = []
    var additions: Set<String> = []
    for layer in graph.layers {
      switch layer.operation {
      case .batchNormalization: normalizations.insert(layer.name)
      case .add: additions.insert(layer.name)
      default: break
      }
    }
    for name in options.statisticsOfLayers.keys.sorted() where !normalizations.contains(name) {
      throw ResNetError(.usage, "no normalisation has this name", at: name, remedy: "Name a batch normalisation layer")
    }
    for name in (options.gates.keys.sorted() + options.backwardGates.keys.sorted()) where !additions.contains(name) {
      throw ResNetError(.usage, "no addition has this name", at: name, remedy: "Name an addition of a block")
    }
  }
}
