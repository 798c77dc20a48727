import ResNetData
import ResNetModels
import ResNetTraining
import Testing

@Suite struct GeneratedSetTests {
  @Test("ResNet-20 learns the generated pictures to 90 % and more")
  func resNet20() async throws {
    let data = GeneratedDataSet()
    var recipe = Recipe.quick
    recipe.length = .epochs(2)
    let trainer = try Trainer(.cifar(depth: 20), on: data.training, test: data.test, recipe: recipe)
    let last = try #require(try await train(trainer).last)
    let evaluation = try #require(last.evaluation)
    print("ResNet-20 on the generated set after 2 epochs: \(evaluation)")
    #expect(evaluation.topOneError <= 10)
  }
}
