import ArgumentParser
import ResNet

/// Which recipe, and what is varied of it.
struct RecipeOptions: ParsableArguments {
  @Option(
    help:
      "A recipe's name ('resnet recipes' lists them), or a JSON file that holds one (default: quick; of pictures photographs; of what begins with a model fine-tune).",
    completion: .recipes)
  var recipe: String?

  @Option(help: "Passes over the training images, in place of the recipe's.")
  var epochs: Int?

  @Option(help: "Images in a step, in place of the recipe's.")
  var batch: Int?

  @Option(help: ArgumentHelp("The greatest learning rate, in place of the recipe's.", valueName: "rate"))
  var learningRate: Double?

  @Option(help: ArgumentHelp("The momentum, from 0 to below 1, in place of the recipe's.", valueName: "share"))
  var momentum: Double?

  @Option(help: ArgumentHelp("The weight decay, in place of the recipe's.", valueName: "weight"))
  var weightDecay: Double?

  /// The recipe, varied.
  ///
  /// - Parameter usual: that of the run that goes on, if one does, or the one that is used where none is named.
  func chosen(insteadOf usual: Recipe) throws -> Recipe {
    var recipe = try self.recipe.map { try Recipe(argument: $0) } ?? usual
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

extension Recipe {
  /// The recipe that an argument means: a file where it looks like one or is one, else a name. A recipe's name stays one
  /// beside a file that is called the same; `./quick` is the file.
  init(argument: String) throws {
    let isName = Recipe.all.contains { $0.name == argument }
    if !isName, isFile(argument) || argument.contains("/") || argument.hasSuffix(".json") {
      try self.init(contentsOf: argument)
    } else {
      self = try Recipe.named(argument)
    }
  }
}
