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
  /// Neighbouring values that are decayed alike.
  private let runs: [(range: Range<Int>, decay: Float)]
  private var velocities: [Float]

  /// Makes the optimiser of some parameters.
  ///
  /// - Parameters:
  ///   - momentum: the share of a step's direction that stays in the next one's.
  ///   - weightDecay: the weight of ‖w‖² / 2 in the loss.
  ///   - decaysNormalizationAndBiases: whether weight decay reaches scales, shifts and biases too.
  public init(
    _ parameters: Parameters, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0,
    decaysNormalizationAndBiases: Bool = true
  ) {
    self.parameters = parameters
    self.momentum = Float(momentum)
    self.nesterov = nesterov
    let decay = Float(weightDecay)
    let isDecayed = { (kind: Parameter.Kind) in decaysNormalizationAndBiases || kind == .weight }
    runs =
      parameters.runs { isDecayed($0) }.map { ($0, decay) } + parameters.runs { !isDecayed($0) }.map { ($0, 0) }
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
          velocities: velocities.baseAddress.map { $0 + first }, rate: Float(learningRate), momentum: momentum,
          decay: run.decay, nesterov: nesterov ? 1 : 0)
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
  public convenience init(_ parameters: Parameters, recipe: Recipe) {
    self.init(
      parameters, momentum: recipe.momentum, nesterov: recipe.nesterov, weightDecay: recipe.weightDecay,
      decaysNormalizationAndBiases: recipe.decaysNormalizationAndBiases)
  }
}
