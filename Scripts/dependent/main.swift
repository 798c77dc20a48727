// What the README shows of the library, on small data.
import ResNet

let network = try Architecture.resNet18.graph(classes: 10, input: [3, 32, 32])
print(network.summary().totals)

let builder = GraphBuilder()
let image = try builder.input([3, 32, 32])
let a = try relu(image.convolution("conv1", Convolution(outputs: 16, kernel: 3)))
let b = try residual(a) { a in
  try relu(a.convolution("conv2", Convolution(outputs: 16, kernel: 3)).batchNormalization("bn2"))
    .convolution("conv3", Convolution(outputs: 16, kernel: 3))
}
let c = try dense(b) { try $0.convolution("conv4", Convolution(outputs: 12, kernel: 3)) }
let own = builder.graph(output: try c.globalAveragePooling().linear("fc", Linear(outputs: 10)))
guard own.layers.contains(where: { $0.shape == [28, 32, 32] }) else { fatalError("no dense connection: \(own)") }

let features = try network.cut(at: "layer4")
let hundred = try network.replacingClassifier(classes: 100)
guard features.outputShape == [512, 1, 1], hundred.outputShape == [100] else { fatalError("these cuts are wrong") }
for stage in network.stages { print(stage.name, stage.stride, stage.channels) }
try await EngineActor.run {
  var purpose = Purpose.inference
  purpose.observations = ["layer2", "layer3", "layer4"]
  let program = try Engine(graph: network, seed: 0).program(batch: 1, purpose: purpose)
  program.input.update(repeating: 0.5)
  try program.run()
  print(try program.activation("layer3").shape)
}

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
