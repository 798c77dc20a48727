import ArgumentParser
import ResNet
import ResNetCore

/// What a run begins with, which layers learn, and what classes count.
struct FineTuningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Begin with a model: the folder of a run, or a safetensors file. Its preprocessing stays; its last layer is new where the classes are others.",
      valueName: "model"),
    completion: .models)
  var from: String?

  @Option(
    help: ArgumentHelp(
      "The first layer or module that learns, such as layer3, or head: those before keep weights and statistics.",
      valueName: "layer"))
  var freezeUntil: String?

  @Option(
    help: ArgumentHelp(
      "What the learning rate is multiplied by in a layer or module, as in layer4=0.5 or head=10; may be repeated, and the longest name counts.",
      valueName: "layer=factor"))
  var learningRateScale: [LearningRateScale] = []

  @Option(
    help: ArgumentHelp(
      "What images of a class count in the loss: none (1), auto (every class the same), or a file with a class and its weight in each line; in place of the recipe's.",
      valueName: "none|auto|file"),
    completion: .file())
  var classWeights: String?

  @Option(help: "How images are drawn: each once, or each class equally often; in place of the recipe's.")
  var sampling: Recipe.Sampling?

  /// The model to begin with.
  func model() throws -> Model? { try from.map { try Model(contentsOf: $0) } }

  /// The recipe, varied.
  func varied(_ recipe: Recipe) -> Recipe {
    var recipe = recipe
    if let sampling { recipe.sampling = sampling }
    // The weights of a file take the place of the recipe's.
    if let classWeights { recipe.classWeights = Recipe.ClassWeights(rawValue: classWeights) ?? .none }
    return recipe
  }

  /// What is done to layers and classes.
  ///
  /// - Parameters:
  ///   - recorded: what the run that goes on did, if one does.
  ///   - classes: the names of the data's classes.
  func chosen(from recorded: FineTuning?, classes: [String]) throws -> FineTuning {
    var chosen = recorded ?? FineTuning()
    if let freezeUntil { chosen.freezeUntil = freezeUntil }
    if !learningRateScale.isEmpty {
      chosen.learningRateScales = [:]
      for scale in learningRateScale {
        guard chosen.learningRateScales.updateValue(scale.factor, forKey: scale.module) == nil else {
          throw ResNetError(
            .usage, "the learning rate of \(quoted(scale.module)) is scaled twice", at: "--learning-rate-scale",
            remedy: "Give one factor")
        }
      }
    }
    if let classWeights {
      chosen.classWeights =
        Recipe.ClassWeights(rawValue: classWeights) == nil
        ? try FineTuning.classWeights(contentsOf: classWeights, classes: classes) : nil
    }
    return chosen
  }
}

/// A factor for the learning rate of a layer or module.
struct LearningRateScale: ExpressibleByArgument {
  let module: String
  let factor: Double

  /// Reads `layer4=0.5`.
  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let factor = Double(parts[1]) else { return nil }
    (module, self.factor) = (String(parts[0]), factor)
  }
}

extension Recipe.Sampling: ExpressibleByArgument {}
