// resnet analyze paths runs/degradation/resnet56-seed0 \
//   --data cifar-10-batches-bin --output views
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let networks = try Subject.read(["runs/degradation/resnet56-seed0"])
let paths = try await GradientPaths.measure(of: networks, on: cifar.test)
if let lengths = paths.networks[0].effectiveLengths(carrying: 0.95) { print(lengths) }
try paths.write(to: "views")
