import ResNet

let pictures = GeneratedDataSet(training: 64, test: 32)
let graph = try Architecture.named("resnet20").graph(classes: pictures.training.classNames.count)
precondition(graph.parameterCount == 269_722, "ResNet-20 has another number of parameters here")
