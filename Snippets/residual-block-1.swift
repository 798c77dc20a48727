import ResNet

let threeByThree = Convolution(outputs: 16, kernel: 3)

let builder = GraphBuilder()
let image = try builder.input([3, 32, 32])
let a = try relu(image.convolution("conv1", threeByThree).batchNormalization("bn1"))
print(a.shape)  // 16×32×32
