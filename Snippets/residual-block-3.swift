import ResNet

let threeByThree = Convolution(outputs: 16, kernel: 3)

/// z[l+2] as a function of a[l].
func branch(_ a: Node) throws -> Node {
  let next = try relu(a.convolution("conv2", threeByThree).batchNormalization("bn2"))
  return try next.convolution("conv3", threeByThree).batchNormalization("bn3")
}

let builder = GraphBuilder()
let image = try builder.input([3, 32, 32])
let a = try relu(image.convolution("conv1", threeByThree).batchNormalization("bn1"))
let b = try relu(branch(a) + a)
print(b.shape)  // 16×32×32
