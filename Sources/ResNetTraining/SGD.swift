import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetKernels

/// Stochastic gradient descent with momentum in PyTorch's form:
/// g ← g + decay · w; v ← momentum · v + g; w ← w − rate · v, or w − rate · (g + momentum · v) after Nesterov.
///
/// Velocities begin at 0. A step allocates nothing.
@EngineActor
public final class SGD {
  private let parameters: Parameters
  private let momentum: Float
  private let nesterov: Bool
  /// Neighbouring values that are treated alike.
  private let runs: [(range: Range<Int>, trait: Treatment)]
  private var velocities: [Float]

  /// What a step does otherwise to some parameters than to others.
  private struct Treatment: Equatable {
    var decay: Float
    var rateScale: Double
  }

  /// Makes the optimiser of some parameters.
  ///
  /// - Parameters:
  ///   - parameters: what it changes.
  ///   - momentum: the share of a step's direction that stays in the next one's.
  ///   - nesterov: whether the gradient is taken a step ahead (Nesterov, 1983).
  ///   - weightDecay: the weight of ‖w‖² / 2 in the loss.
  ///   - decaysNormalizationAndBiases: whether weight decay reaches scales, shifts and biases too.
  ///   - learningRateScales: by layer or module, what the learning rate is multiplied by there; of several that hold a
  ///     parameter, the one with the longest name.
  public init(
    _ parameters: Parameters, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0,
    decaysNormalizationAndBiases: Bool = true, learningRateScales: [String: Double] = [:]
  ) {
    self.parameters = parameters
    self.momentum = Float(momentum)
    self.nesterov = nesterov
    runs = parameters.runs { parameter in
      let modules = learningRateScales.filter { parameter.name.hasPrefix($0.key + ".") }
      return Treatment(
        decay: decaysNormalizationAndBiases || parameter.kind == .weight ? Float(weightDecay) : 0,
        rateScale: modules.max { $0.key.utf8.count < $1.key.utf8.count }?.value ?? 1)
    }
    velocities = [Float](repeating: 0, count: parameters.learned.count)
  }

  /// What it keeps of the steps before, in bytes.
  public var bytes: Int { velocities.count * MemoryLayout<Float>.stride }

  /// Changes the parameters against their gradients, which lie in the order of `Parameters.learned`; those behind the
  /// last gradient stay as they are.
  ///
  /// - Precondition: there are no more gradients than learned values.
  public func step(gradients: UnsafeBufferPointer<Float>, learningRate: Double) {
    precondition(gradients.count <= velocities.count)
    let available = gradients.count
    guard let weights = parameters.learned.baseAddress, let gradients = gradients.baseAddress else { return }
    velocities.withUnsafeMutableBufferPointer { velocities in
      for run in runs where run.range.lowerBound < available {
        let first = run.range.lowerBound
        var descent = ResNetDescent(
          count: Int64(min(run.range.upperBound, available) - first), weights: weights + first,
          gradients: gradients + first,
          velocities: velocities.baseAddress.map { $0 + first },
          rate: Float(learningRate * run.trait.rateScale), momentum: momentum, decay: run.trait.decay,
          nesterov: nesterov ? 1 : 0)
        _ = resnet_descend(&descent)
      }
    }
    parameters.noteChange()
  }
}

extension SGD {
  /// The velocity of every learned parameter by its name.
  func velocityTensors() -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: parameters.learnedNames.map { name in
        let (shape, range) = parameters.learnedPlace(of: name)
        return (name, Tensor(shape: shape, scalars: Array(velocities[range])))
      })
  }

  /// Goes back to the velocities of another time.
  ///
  /// - Throws: `ResNetError` of code `data` where they are not those of these parameters; nothing is changed then.
  func setVelocities(_ tensors: [String: Tensor]) throws {
    for name in parameters.learnedNames where tensors[name]?.shape != parameters.learnedPlace(of: name).shape {
      throw ResNetError(
        .data, "the momentum of a parameter is missing or of another shape", at: name,
        remedy: "Use a checkpoint of the same network")
    }
    for name in parameters.learnedNames {
      guard let tensor = tensors[name] else { continue }
      velocities.replaceSubrange(parameters.learnedPlace(of: name).range, with: tensor.scalars)
    }
  }

  /// Makes the optimiser of a recipe.
  ///
  /// - Parameters:
  ///   - parameters: what it changes.
  ///   - recipe: which momentum and weight decay.
  ///   - learningRateScales: by layer or module, what the learning rate is multiplied by there.
  public convenience init(_ parameters: Parameters, recipe: Recipe, learningRateScales: [String: Double] = [:]) {
    self.init(
      parameters, momentum: recipe.momentum, nesterov: recipe.nesterov, weightDecay: recipe.weightDecay,
      decaysNormalizationAndBiases: recipe.decaysNormalizationAndBiases, learningRateScales: learningRateScales)
  }
}
