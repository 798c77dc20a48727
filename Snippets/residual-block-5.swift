import ResNet

let residual = try Architecture.named("resnet20").graph(classes: 10)
let plain = try Architecture.named("plain20").graph(classes: 10)
print(residual.summary().totals)
print(plain.summary().totals)
