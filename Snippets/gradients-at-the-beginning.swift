// resnet analyze gradients --network plain56 resnet56 \
//   --data cifar-10-batches-bin --output beginning
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let plain = try Subject.beginning(.named("plain56"), for: cifar.training)
let residual = try Subject.beginning(.named("resnet56"), for: cifar.training)
let gradients = try await Gradients.measure([plain, residual], on: cifar.training)
print(gradients.finding)
try gradients.write(to: "beginning")
