// resnet analyze surface runs/degradation/plain56-seed0 \
//   --data cifar-10-batches-bin --output views/plain56
// resnet analyze surface runs/degradation/resnet56-seed0 \
//   --data cifar-10-batches-bin --output views/resnet56
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
for name in ["plain56", "resnet56"] {
  let network = try Subject.read(["runs/degradation/\(name)-seed0"])[0]
  let surface = try await LossSurface.measure(of: network, on: cifar.training)
  print(surface.finding)
  try surface.write(to: "views/\(name)")
}
