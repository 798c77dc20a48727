// resnet analyze responses runs/degradation/{plain20,plain56,resnet20,resnet56}-seed0 \
//   --data cifar-10-batches-bin --output views
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let names = ["plain20", "plain56", "resnet20", "resnet56"]
let networks = try Subject.read(names.map { "runs/degradation/\($0)-seed0" })
let responses = try await Responses.measure(networks, on: cifar.test)
for network in responses.networks { print(network.name, network.mean) }
try responses.write(to: "views")
