// What the README shows of the library, on small data.
import ResNet

let network = try Architecture.resNet18.graph(classes: 10, input: [3, 32, 32])
print(network.summary().totals)

let data = GeneratedDataSet(training: 64, test: 32)
let path = CommandLine.arguments[1]
let folder = try RunFolder(path, data: "generated")
var recipe = Recipe.quick
recipe.length = .iterations(8)
recipe.batch = 16
recipe.learningRate = 0.02
let trainer = try Trainer(.cifar(depth: 8), on: data.training, test: data.test, recipe: recipe, keptIn: folder)
for try await epoch in trainer.epochs {
  guard epoch.trainingLoss.isFinite, epoch.evaluation?.images == 32 else { fatalError("this epoch is wrong: \(epoch)") }
  print(epoch)
}
try trainer.model.write(to: path + "/copy.safetensors")
print(try await Evaluator(Model(contentsOf: path)).evaluate(on: data.test).summary)

try await EngineActor.run {
  let engine = try Engine(graph: network, seed: 0)
  let program = try engine.program(batch: 2, purpose: .training)
  program.input.update(repeating: 0.5)
  program.labels.update(repeating: 7)
  try program.run()
  print(program.loss, try program.gradient("conv1.weight").shape)
}
