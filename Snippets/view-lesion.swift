// resnet analyze lesion runs/degradation/{plain20,plain56,resnet20,resnet56}-seed0 \
//   --data cifar-10-batches-bin --output views
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let names = ["plain20", "plain56", "resnet20", "resnet56"]
let networks = try Subject.read(names.map { "runs/degradation/\($0)-seed0" })
let lesions = try await Lesions.measure(of: networks, on: cifar.test)
for block in lesions.networks[3].blocks { print(block.name, block.error ?? .nan) }
try lesions.write(to: "views")
