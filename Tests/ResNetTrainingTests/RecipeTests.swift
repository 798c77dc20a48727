import Foundation
import ResNetCore
import ResNetImages
import ResNetTraining
import Testing

@Suite struct RecipeTests {
  @Test("Recipes survive JSON", arguments: Recipe.all)
  func json(recipe: Recipe) throws {
    #expect(try JSONDecoder().decode(Recipe.self, from: JSONEncoder().encode(recipe)) == recipe)
  }

  @Test("Recipes are found by their names, and others are refused with the list", arguments: Recipe.all)
  func names(recipe: Recipe) throws {
    #expect(try Recipe.named(recipe.name) == recipe)
    let error = #expect(throws: ResNetError.self) { try Recipe.named("he2016") }
    #expect(error?.code == .usage)
    #expect(error?.remedy.contains(recipe.name) == true)
  }

  @Test("he2015 is what the paper says")
  func he2015() {
    let recipe = Recipe.he2015
    #expect(recipe.length == .iterations(64_000))
    #expect(recipe.batch == 128)
    #expect(recipe.momentum == 0.9 && !recipe.nesterov)
    #expect(recipe.weightDecay == 1e-4 && recipe.decaysNormalizationAndBiases)
    #expect(recipe.augmentation == .padFourAndFlip)
    #expect(recipe.normalization == .perPixel)
  }

  @Test(
    "Numbers with which nothing can be learned are refused",
    arguments: [
      { $0.learningRate = 0 }, { $0.learningRate = -1 }, { $0.learningRate = .nan }, { $0.learningRate = .infinity },
      { $0.momentum = 1 }, { $0.momentum = -0.1 }, { $0.weightDecay = -1 }, { $0.weightDecay = .nan },
      { $0.batch = 0 }, { $0.schedule = .oneCycle(warmUp: 1) }, { $0.schedule = .steps(at: [2], factor: 0.1) },
      { $0.schedule = .steps(at: [0.5], factor: 0) }, { $0.augmentation.mixup = -1 },
      { $0.augmentation.crop = .padded(-1) }, { ($0.augmentation.repeats, $0.batch) = (3, 2) },
      { ($0.nesterov, $0.momentum) = (true, 0) },
    ] as [@Sendable (inout Recipe) -> Void])
  func refusals(change: @Sendable (inout Recipe) -> Void) {
    var recipe = Recipe.he2015
    change(&recipe)
    let changed = recipe
    let error = #expect(throws: ResNetError.self) { try changed.validate() }
    #expect(error?.code == .usage)
  }

  @Test(
    "A run of no steps, or of more than can be counted, is refused",
    arguments: [Recipe.Length.epochs(0), .epochs(-1), .epochs(.max), .iterations(0), .iterations(.max)])
  func lengths(length: Recipe.Length) {
    var recipe = Recipe.quick
    recipe.length = length
    let changed = recipe
    let error = #expect(throws: ResNetError.self) { try changed.steps(batchesPerEpoch: 391) }
    #expect(error?.code == .usage)
  }
}
