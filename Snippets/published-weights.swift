// Reads weights that torchvision published, and tells what a photograph shows.
import ResNet

let weights = try WeightFile(contentsOf: "resnet50.pth")
let model = try Model(
  architecture: .resNet50, classes: ImageNet.classNames, preprocessing: .torchvisionV1,
  weights: weights)
try model.write(to: "resnet50.safetensors")
let guesses = try await model.classify(Image(contentsOf: "cat.jpg"), top: 5)
for guess in guesses { print(guess.name, guess.probability) }
