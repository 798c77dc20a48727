import ArgumentParser
import ResNet

/// Which recipe, and what is varied of it.
struct RecipeOptions: ParsableArguments {
  @Option(help: "The recipe: \(Recipe.all.map(\.name).joined(separator: " or ")) (default: \(Recipe.quick.name)).")
  var recipe: String?

  @Option(help: "Passes over the training images, in place of the recipe's.")
  var epochs: Int?

  @Option(help: "Images in a step, in place of the recipe's.")
  var batch: Int?

  @Option(help: "The greatest learning rate, in place of the recipe's.")
  var learningRate: Double?

  @Option(help: "The momentum, in place of the recipe's.")
  var momentum: Double?

  @Option(help: "The weight decay, in place of the recipe's.")
  var weightDecay: Double?

  /// The recipe, varied.
  ///
  /// - Parameter recorded: that of the run that goes on, if one does.
  func chosen(from recorded: Recipe?) throws -> Recipe {
    var recipe = try self.recipe.map { try Recipe.named($0) } ?? recorded ?? .quick
    if let epochs { recipe.length = .epochs(epochs) }
    if let batch { recipe.batch = batch }
    if let learningRate { recipe.learningRate = learningRate }
    if let momentum {
      recipe.momentum = momentum
      // Without momentum Nesterov's method is plain descent.
      if momentum == 0 { recipe.nesterov = false }
    }
    if let weightDecay { recipe.weightDecay = weightDecay }
    try recipe.validate()
    return recipe
  }
}
