import ResNetModels
import ResNetTraining

/// What is known of a run: what it kept of itself, and what a batch of images shows of its network.
public struct RunMeasurements: Hashable, Sendable {
  /// Which network.
  public var architecture: Architecture
  /// How it is trained.
  public var recipe: Recipe
  /// The number of classes; `nil` where the run saved no model that would say it.
  public var classes: Int?
  /// How the run ended, if it has.
  public var state: RunRecord.State
  /// Steps that are made.
  public var step: Int
  /// The number of steps of the whole run.
  public var steps: Int
  /// The step at which its numbers were not finite any more, from 1, where that ended it.
  public var divergedAt: Int?
  /// The explosions of gradients that it told.
  public var explosions: [RunRecord.Explosion]
  /// Its epochs, first to last.
  public var epochs: [RunCurve.Epoch]
  /// How much weights changed in single steps, where that was recorded.
  public var updates: [LayerUpdate]?
  /// What a batch of images showed, where one was looked at.
  public var batch: Batch?

  /// How much the weights of a layer changed in a step.
  public struct LayerUpdate: Hashable, Sendable, Encodable {
    /// The layer's name.
    public var layer: String
    /// The median of ‖ΔW‖₂ / ‖W‖₂ over the steps that were looked at.
    public var ratio: Double

    /// Makes an update.
    public init(layer: String, ratio: Double) {
      self.layer = layer
      self.ratio = ratio
    }
  }

  /// What a batch of training images shows of the network as it is now.
  public struct Batch: Hashable, Sendable, Encodable {
    /// The gradient of a layer's weights.
    public struct Gradient: Hashable, Sendable, Encodable {
      /// The layer's name.
      public var layer: String
      /// ‖∂L/∂W‖₂.
      public var norm: Double

      /// Makes a gradient.
      public init(layer: String, norm: Double) {
        self.layer = layer
        self.norm = norm
      }
    }

    /// The channels or features of a ReLU.
    public struct Activity: Hashable, Sendable, Encodable {
      /// The layer's name.
      public var layer: String
      /// Those that are 0 everywhere in all images.
      public var dead: Int
      /// All of them.
      public var count: Int

      /// Makes an activity.
      public init(layer: String, dead: Int, count: Int) {
        self.layer = layer
        self.dead = dead
        self.count = count
      }
    }

    /// The number of images.
    public var images: Int
    /// The gradients of weights on the longest path, from the input on.
    public var gradients: [Gradient]
    /// The ReLUs, from the input on.
    public var activities: [Activity]

    /// Makes what was seen.
    public init(images: Int, gradients: [Gradient], activities: [Activity]) {
      self.images = images
      self.gradients = gradients
      self.activities = activities
    }
  }

  /// Makes measurements of their parts.
  public init(
    architecture: Architecture, recipe: Recipe, classes: Int?, state: RunRecord.State, step: Int, steps: Int,
    divergedAt: Int? = nil, explosions: [RunRecord.Explosion] = [], epochs: [RunCurve.Epoch],
    updates: [LayerUpdate]? = nil, batch: Batch? = nil
  ) {
    self.architecture = architecture
    self.recipe = recipe
    self.classes = classes
    self.state = state
    self.step = step
    self.steps = steps
    self.divergedAt = divergedAt
    self.explosions = explosions
    self.epochs = epochs
    self.updates = updates
    self.batch = batch
  }
}

extension RunMeasurements {
  /// The error of who guesses, in percent, where the number of classes is known.
  var chanceError: Double? { classes.map { 100 * (1 - 1 / Double(max($0, 1))) } }

  /// The last epoch's error on training images, in percent.
  var trainingError: Double? { epochs.last?.trainingError }

  /// The last epoch's error on test images, in percent.
  var testError: Double? { epochs.last?.testError }

  /// How far the test error lies above the training error at the end, in percentage points.
  var gap: Double? { testError.flatMap { test in trainingError.map { test - $0 } } }

  /// Whether the network is not much better than guessing on the images that it learns from.
  var hasNotLearned: Bool {
    guard let chanceError, let trainingError else { return false }
    return !(trainingError < Diagnosis.Threshold.learned * chanceError)
  }

  /// The learning rate that is usual for batches of this size: He et al. (2015) train batches of 128 with 0.1, and the rate
  /// that suits a batch is about proportional to it (Goyal et al., 2017).
  var usualRate: Double { 0.1 * Double(recipe.batch) / 128 }

  /// The median norm of gradients in the first quarter of the layers as a multiple of that in the last.
  var gradientRatio: Double? {
    guard let norms = batch?.gradients.map(\.norm), norms.count >= 4,
      let first = Spread(norms.prefix(norms.count / 4))?.median,
      let last = Spread(norms.suffix(norms.count / 4))?.median
    else { return nil }
    return first == 0 ? 0 : first / last
  }
}
