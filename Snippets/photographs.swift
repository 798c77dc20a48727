// Trains a ResNet-18 on a folder of photographs, of which unreadable ones are left out.
import ResNet

let data = "photos"
let photographs = try DataSet.open(data, pictures: ImageFolderOptions(broken: .skip))
let trainer = try Trainer(
  .resNet18, on: photographs.requireTraining(), test: photographs.test,
  recipe: .photographs, preprocessing: .photographs(side: 128),
  keptIn: RunFolder("runs/photos", data: data))
for try await epoch in trainer.epochs { print(epoch) }
