import ResNetCore
import ResNetFiles
import ResNetGraph

/// The layers of a graph as ONNX's operators, as they are when the network does not train.
struct ONNXOperators {
  /// The names of what is given and of what comes out.
  static let (input, output) = ("input", "logits")

  private(set) var nodes: [ONNXFile.Node] = []
  /// The constants that operators take as inputs.
  private(set) var constants: [ONNXFile.Initializer] = []
  private let graph: Graph

  init(_ graph: Graph) {
    self.graph = graph.bypassing { if case .dropout = $0.operation { true } else { false } }
    for position in self.graph.layers.indices.dropFirst() { add(position) }
  }

  /// What the output of a layer is called.
  private func name(_ position: Int) -> String {
    switch position {
    case 0: Self.input
    case graph.output: Self.output
    default: graph.layers[position].name
    }
  }

  private mutating func add(_ position: Int) {
    let layer = graph.layers[position]
    let inputs = layer.inputs.map(name)
    let shapes = layer.inputs.map { graph.layers[$0].shape }
    let output = name(position)
    func node(_ kind: String, _ attributes: [String: ONNXFile.Node.Attribute] = [:]) -> ONNXFile.Node {
      .init(kind, inputs + layer.parameters.map(\.name), output, attributes)
    }
    switch layer.operation {
    // A graph has one input, its first layer, and dropout was taken out.
    case .input, .dropout: break
    case .convolution(let convolution):
      let padding = convolution.padding
      var attributes = windows(convolution.kernel, convolution.stride, [padding, padding, padding, padding])
      attributes["group"] = .integer(convolution.groups)
      nodes.append(node("Conv", attributes))
    case .linear: nodes.append(node("Gemm", ["transB": .integer(1)]))
    case .batchNormalization(let normalization):
      nodes.append(node("BatchNormalization", ["epsilon": .float(normalization.epsilon)]))
    case .relu: nodes.append(node("Relu"))
    case .add: nodes.append(node("Add"))
    case .sigmoid: nodes.append(node("Sigmoid"))
    case .flatten: nodes.append(node("Flatten", ["axis": .integer(1)]))
    case .concatenation: nodes.append(node("Concat", ["axis": .integer(1)]))
    case .maxPooling(let pooling):
      nodes.append(node("MaxPool", self.pooling(pooling, from: shapes[0], to: layer.shape)))
    case .averagePooling(let pooling):
      // Padding does not count unless ONNX is told so.
      nodes.append(node("AveragePool", self.pooling(pooling, from: shapes[0], to: layer.shape)))
    case .globalAveragePooling:
      nodes.append(.init("GlobalAveragePool", inputs, output + "/pooled"))
      nodes.append(.init("Flatten", [output + "/pooled"], output, ["axis": .integer(1)]))
    case .zeroPadding(let padding): add(padding, of: inputs[0], shapes[0], output)
    case .affine(let scale, let offset):
      let names = [constant(output + "/scale", scale), constant(output + "/offset", offset)]
      nodes.append(.init("Mul", [inputs[0], names[0]], output + "/scaled"))
      nodes.append(.init("Add", [output + "/scaled", names[1]], output))
    case .multiplication:
      guard shapes[0] != shapes[1] else { return nodes.append(node("Mul")) }
      let axes = constant(output + "/axes", [2, 3])
      nodes.append(.init("Unsqueeze", [inputs[1], axes], output + "/factors"))
      nodes.append(.init("Mul", [inputs[0], output + "/factors"], output))
    }
  }

  /// Shortcut A: every `stride`-th pixel, between channels of zeros.
  private mutating func add(_ padding: ZeroPadding, of input: String, _ shape: Shape, _ output: String) {
    var input = input
    if padding.stride > 1 {
      let (starts, ends) = (constant(output + "/starts", [0, 0]), constant(output + "/ends", [shape[1], shape[2]]))
      let axes = constant(output + "/axes", [2, 3])
      let steps = constant(output + "/steps", [padding.stride, padding.stride])
      nodes.append(.init("Slice", [input, starts, ends, axes, steps], output + "/strided"))
      input = output + "/strided"
    }
    let pixels = Array(repeating: 0, count: shape.rank - 1)
    let sizes = constant(output + "/pads", [0, padding.before] + pixels + [0, padding.after] + pixels)
    nodes.append(.init("Pad", [input, sizes], output))
  }

  private mutating func constant(_ name: String, _ values: [Int]) -> String {
    constants.append(.init(name, .int64(values)))
    return name
  }

  private mutating func constant(_ name: String, _ value: Float) -> String {
    constants.append(.init(name, .float32(Tensor(shape: [], scalars: [value]))))
    return name
  }

  private func windows(_ kernel: Int, _ stride: Int, _ padding: [Int]) -> [String: ONNXFile.Node.Attribute] {
    [
      "kernel_shape": .integers([kernel, kernel]), "strides": .integers([stride, stride]),
      "pads": .integers(padding),
    ]
  }

  /// Padding that is wider at the bottom and at the right where a smaller window takes what is left over: readers differ
  /// in what ONNX's own rounding up (`ceil_mode`) means for windows that begin in the padding.
  private func pooling(_ pooling: Pooling, from: Shape, to: Shape) -> [String: ONNXFile.Node.Attribute] {
    let ends = (1...2).map { axis in
      max(pooling.padding, (to[axis] - 1) * pooling.stride + pooling.kernel - pooling.padding - from[axis])
    }
    return windows(pooling.kernel, pooling.stride, [pooling.padding, pooling.padding] + ends)
  }
}
