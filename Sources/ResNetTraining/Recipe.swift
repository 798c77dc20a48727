import ResNetCore
import ResNetImages

/// How a network is trained: everything that is the same whatever the network and the data.
///
/// How its weights begin belongs to the `Architecture`.
///
/// ```swift
/// var recipe = Recipe.he2015
/// recipe.length = .epochs(20)
/// let mine = try Recipe(contentsOf: "my.json")        // as 'resnet recipes --show he2015 > my.json' wrote it
/// ```
public struct Recipe: Hashable, Sendable {
  /// How long a run lasts.
  public enum Length: Hashable, Sendable {
    /// Passes over the training images.
    case epochs(Int)
    /// Steps; the last epoch may be cut short.
    case iterations(Int)
  }

  /// What is subtracted from images, and what they are divided by; both are measured on the training images.
  public enum Normalization: String, Hashable, Sendable, Codable, CaseIterable {
    /// Mean and standard deviation of each channel.
    case perChannel = "per-channel"
    /// The mean image, and the standard deviation of each channel around it.
    case perPixel = "per-pixel"
  }

  /// In which order an epoch visits the training images.
  public enum Sampling: String, Hashable, Sendable, Codable, CaseIterable {
    /// Each image once, in a new random order.
    case shuffled
    /// As many images, each class equally often; see `Loader.Order.balanced`.
    case balanced
  }

  /// What images of a class count in the loss.
  public enum ClassWeights: String, Hashable, Sendable, Codable, CaseIterable {
    /// 1.
    case none
    /// Images / (classes · images of the class), so that every class counts as much: scikit-learn's `balanced`.
    case auto
  }

  /// What it is called.
  public var name: String
  /// How long a run lasts.
  public var length: Length
  /// Images in a step; the last step of an epoch takes what is left.
  public var batch: Int
  /// The learning rate that the schedule multiplies.
  public var learningRate: Double
  /// How the learning rate changes.
  public var schedule: Schedule
  /// The share of a step's direction that stays in the next one's.
  public var momentum: Double
  /// Whether the gradient is looked at from where momentum leads (Nesterov, in PyTorch's form).
  public var nesterov: Bool
  /// The weight of ‖w‖² / 2 in the loss.
  public var weightDecay: Double
  /// Whether the weight decay reaches scales, shifts and biases too.
  public var decaysNormalizationAndBiases: Bool
  /// Random changes of the training images.
  public var augmentation: Augmentation
  /// How bytes become numbers, where the model that a run begins with does not say.
  public var normalization: Normalization
  /// In which order an epoch visits the training images.
  public var sampling: Sampling
  /// What images of a class count in the loss.
  public var classWeights: ClassWeights

  /// Makes a recipe out of its parts.
  public init(
    name: String, length: Length, batch: Int, learningRate: Double, schedule: Schedule = .constant,
    momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0, decaysNormalizationAndBiases: Bool = true,
    augmentation: Augmentation = .none, normalization: Normalization = .perChannel, sampling: Sampling = .shuffled,
    classWeights: ClassWeights = .none
  ) {
    self.name = name
    self.length = length
    self.batch = batch
    self.learningRate = learningRate
    self.schedule = schedule
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.decaysNormalizationAndBiases = decaysNormalizationAndBiases
    self.augmentation = augmentation
    self.normalization = normalization
    self.sampling = sampling
    self.classWeights = classWeights
  }
}

extension Recipe {
  /// What He et al. (2015), section 4.2, did on CIFAR-10: 64,000 iterations, the rate divided by 10 at 32,000 and 48,000.
  ///
  /// Their He initialisation is the architecture's usual one; zeros are padded after the mean image was subtracted.
  public static let he2015 = Recipe(
    name: "he2015", length: .iterations(64_000), batch: 128, learningRate: 0.1,
    schedule: .steps(at: [0.5, 0.75], factor: 0.1), weightDecay: 1e-4, augmentation: .padFourAndFlip,
    normalization: .perPixel)

  /// One cycle of large steps (Smith, "Super-convergence", 2017), for ResNet-20 on CIFAR-10 in a fraction of the paper's
  /// epochs.
  public static let quick = Recipe(
    name: "quick", length: .epochs(48), batch: 128, learningRate: 0.2, schedule: .oneCycle(warmUp: 0.12),
    nesterov: true, weightDecay: 5e-4, decaysNormalizationAndBiases: false, augmentation: .padFourAndFlip)

  /// One cycle on photographs, from scratch, in batches that small sets can bear; the default where the data is pictures.
  public static let photographs = Recipe(
    name: "photographs", length: .epochs(30), batch: 32, learningRate: 0.02, schedule: .oneCycle(warmUp: 0.12),
    nesterov: true, weightDecay: 5e-4, decaysNormalizationAndBiases: false,
    augmentation: .randomResizedCropAndFlip)

  /// Small steps in small batches, for a model that knows something already: the default where a run begins with one.
  public static let fineTune = Recipe(
    name: "fine-tune", length: .epochs(15), batch: 32, learningRate: 0.01, schedule: .oneCycle(warmUp: 0.1),
    nesterov: true, weightDecay: 1e-4, augmentation: .randomResizedCropAndFlip)

  /// The recipes that have a name.
  public static let all = [he2015, quick, photographs, fineTune]

  /// A recipe by its name.
  ///
  /// - Throws: `ResNetError` of code `usage` that lists the names.
  public static func named(_ name: String) throws -> Recipe {
    guard let recipe = all.first(where: { $0.name == name }) else {
      throw ResNetError(
        .usage, "there is no recipe called \(quoted(name))",
        remedy: "Use one of \(all.map(\.name).joined(separator: ", "))")
    }
    return recipe
  }
}
