// Trains a ResNet-20 on CIFAR-10, keeps the run in a folder, and measures the model class by class.
import ResNet

let data = "cifar-10-batches-bin"
let cifar = try CIFAR10(at: data)
let folder = try RunFolder("runs/mine", data: data)
let hasBrainFloats = try await Precision.supported().contains(.bfloat16)
let trainer = try Trainer(
  .cifar(depth: 20), on: cifar.training, test: cifar.test, recipe: .quick,
  precision: hasBrainFloats ? .bfloat16 : .float32, keptIn: folder)
for try await epoch in trainer.epochs { print(epoch) }

let evaluation = try await Evaluator(trainer.model).evaluate(on: cifar.test)
print(evaluation.summary)
for result in evaluation.perClass { print(result.name, result.error ?? .nan) }
