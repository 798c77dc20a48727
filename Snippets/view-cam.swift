// resnet analyze cam runs/degradation/resnet56-seed0 \
//   --data cifar-10-batches-bin --first 12 --output views
import ResNet

let cifar = try CIFAR10(at: "cifar-10-batches-bin")
let network = try Subject.read(["runs/degradation/resnet56-seed0"])[0]
let pictures = try (0..<12).map { try ClassMaps.Picture(of: cifar.test, at: $0) }
let maps = try await ClassMaps.measure(of: network, on: pictures)
for map in maps.maps { print(map.name, map.className, map.probability) }
try maps.write(to: "views")
