// resnet analyze gradients runs/degradation/{plain56,resnet56}-seed0 \
//   --data cifar-10-batches-bin --output views
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let names = ["plain56", "resnet56"]
let networks = try Subject.read(names.map { "runs/degradation/\($0)-seed0" })
let gradients = try await Gradients.measure(networks, on: cifar.training)
print(gradients.networks[0].layers[0].activation)
try gradients.write(to: "views")
