// Begins with a model, makes its last layer new for the classes of a folder, and trains what lies behind layer2.
import ResNet

let model = try Model(contentsOf: "resnet50.safetensors")
let photographs = try DataSet.open("photos")
let trainer = try Trainer(
  model.architecture, on: photographs.requireTraining(), test: photographs.test,
  recipe: .fineTune, from: model, fineTuning: FineTuning(freezeUntil: "layer3"),
  keptIn: RunFolder("runs/tuned", data: "photos"))
for try await epoch in trainer.epochs { print(epoch) }
