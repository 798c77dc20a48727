import ResNet

let pictures = GeneratedDataSet(training: 64, test: 32)
var recipe = Recipe.quick
recipe.batch = 16
recipe.length = .iterations(8)

let trainer = try Trainer(.cifar(depth: 8), on: pictures.training, test: pictures.test, recipe: recipe)
for try await epoch in trainer.epochs {
  guard epoch.trainingLoss.isFinite, epoch.evaluation?.images == 32 else { fatalError("this epoch is wrong: \(epoch)") }
  print(epoch)
}
