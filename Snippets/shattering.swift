// resnet analyze shattering --output shattering
import ResNet

let shattering = Shattering.simulate()
print(shattering.finding)
try shattering.write(to: "shattering")
