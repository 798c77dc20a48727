// resnet analyze features runs/degradation/resnet56-seed0 \
//   --data cifar-10-batches-bin --output views
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let network = try Subject.read(["runs/degradation/resnet56-seed0"])[0]
let features = try await Features.measure(of: network, on: cifar.test)
for stage in features.stages { print(stage.name, stage.receptiveField, stage.purity ?? .nan) }
try features.write(to: "views")
