import COneDNN
import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  /// A fully connected layer is a convolution over an image of one pixel.
  private func primitives(_ unit: Unit) throws -> (ConvolutionPrimitives, weight: String, bias: String) {
    let layer = graph.layers[unit.head]
    let input = layer.inputs[0]
    var shape = ConvolutionShape(
      batch: batch, input: image(graph.layers[input].shape), output: image(layer.shape), kernel: 1, stride: 1,
      padding: 0, inputLayout: layouts[input], outputLayout: layouts[unit.head], threads: runtime.threads,
      hasBias: layer.parameters.contains { $0.kind == .bias } || unit.folded != nil,
      training: differentiation.seed != .none, adds: unit.addend != nil, relu: unit.relu)
    if case .convolution(let convolution) = layer.operation {
      shape.kernel = convolution.kernel
      shape.stride = convolution.stride
      shape.padding = convolution.padding
      shape.groups = convolution.groups
    }
    return (try convolution(shape), layer.name + ".weight", layer.name + ".bias")
  }

  private func image(_ shape: Shape) -> Shape { shape.rank == 3 ? shape : [shape[0], 1, 1] }

  func convolutionForward(_ unit: Unit) throws {
    let (made, _, _) = try primitives(unit)
    let layer = graph.layers[unit.head]
    let input = output(layer.inputs[0])
    var folding: PackedWeights.Folding?
    if let folded = unit.folded, case .batchNormalization(let normalization) = graph.layers[folded].operation {
      folding = .init(layer: graph.layers[folded].name, epsilon: normalization.epsilon)
    }
    let pack = try parameters.packed(
      layer: layer.name, dimensions: made.shape.weightDimensions, format: made.forwardWeights, folding: folding,
      runtime: runtime)
    use(pack)
    let result = unit.addend.map { destination(holding: $0, unit) } ?? value(of: layouts[unit.head])
    outputs[unit.output] = result
    let scratch = plan.value(bytes: made.forward.scratchpad.bytes)
    let runtime = runtime
    plan.step("convolution", layer: unit.head, uses: [input, result, scratch]) { binder in
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.source, made.source, binder.address(input)),
        (.weights, pack.descriptor, pack.address),
        (.destination, made.destination, binder.address(result)),
        (.scratchpad, made.forward.scratchpad, binder.address(scratch)),
      ]
      if let bias = made.bias { arguments.append((.bias, bias, pack.bias.map { UnsafeMutableRawPointer($0) })) }
      return try binder.step(made.forward, arguments, runtime)
    }
  }

  /// Memory that holds an addend for the convolution to add to: the addend's own, or a copy where that is still needed.
  private func destination(holding addend: Int, _ unit: Unit) -> Int {
    let held = output(addend)
    guard isNeededLater(addend) || graph.layers[unit.head].inputs.contains(addend) else {
      return plan.overwriting(held)
    }
    let copy = value(of: layouts[unit.head])
    let bytes = Int64(batch * layouts[unit.head].bytes)
    plan.step("copy", layer: unit.head, uses: [held, copy]) { binder in
      binder.step(
        resnet_copy, ResNetCopy(bytes: bytes, input: binder.address(held), output: binder.address(copy)))
    }
    return copy
  }

  func convolutionBackward(_ unit: Unit) throws {
    let (made, weight, bias) = try primitives(unit)
    let layer = graph.layers[unit.head]
    let (first, second) = pair(unit.output)
    let gradient = gradientBeforeReLU(
      first, second, output: unit.relu ? output(unit.output) : nil, layer: unit.output
    ).value
    try weightGradient(unit, made, gradient: gradient, weight: weight, bias: bias)
    guard differentiation.needsGradient[layer.inputs[0]] else { return }
    let backward = try made.backwardData()
    let pack = try parameters.packed(
      layer: layer.name, dimensions: made.shape.weightDimensions, format: backward.weights, folding: nil,
      runtime: runtime)
    use(pack)
    let result = value(of: gradientLayout(layer.inputs[0]))
    let scratch = plan.value(bytes: backward.primitive.scratchpad.bytes)
    let runtime = runtime
    plan.step("input gradient", layer: unit.head, uses: [gradient, result, scratch]) { binder in
      try binder.step(
        backward.primitive,
        [
          (.destinationGradient, made.destinationGradient, binder.address(gradient)),
          (.weights, backward.weights, pack.address),
          (.sourceGradient, made.source, binder.address(result)),
          (.scratchpad, backward.primitive.scratchpad, binder.address(scratch)),
        ], runtime)
    }
    give(result, to: layer.inputs[0], isExclusive: true)
  }

  private func weightGradient(
    _ unit: Unit, _ made: ConvolutionPrimitives, gradient: Int, weight: String, bias: String
  ) throws {
    guard let region = gradientRegion, let place = gradientOffset(weight, layer: unit.head) else { return }
    let biasPlace = made.bias.flatMap { _ in gradientOffset(bias, layer: unit.head) }
    let backward = try made.backwardWeights()
    let input = output(graph.layers[unit.head].inputs[0])
    let scratch = plan.value(bytes: backward.primitive.scratchpad.bytes)
    let packed = backward.toPlain.map { _ in plan.value(bytes: backward.gradient.bytes) }
    let runtime = runtime
    plan.step("weight gradient", layer: unit.head, uses: [input, gradient, region, packed, scratch]) { binder in
      let plainAddress = UnsafeMutableRawPointer(binder.floats(region) + place)
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.source, made.source, binder.address(input)),
        (.destinationGradient, made.destinationGradient, binder.address(gradient)),
        (.weightsGradient, backward.gradient, packed.map { binder.address($0) } ?? plainAddress),
        (.scratchpad, backward.primitive.scratchpad, binder.address(scratch)),
      ]
      if let descriptor = made.bias, let biasPlace {
        arguments.append((.biasGradient, descriptor, UnsafeMutableRawPointer(binder.floats(region) + biasPlace)))
      }
      return try binder.step(backward.primitive, arguments, runtime)
    }
    guard let reorder = backward.toPlain, let packed else { return }
    let reorderScratch = plan.value(bytes: reorder.scratchpad.bytes)
    let plain = try Descriptor.plain(made.shape.weightDimensions, runtime)
    plan.step("weight gradient in plain order", layer: unit.head, uses: [packed, region, reorderScratch]) { binder in
      try binder.step(
        reorder,
        [
          (.source, backward.gradient, binder.address(packed)),
          (.destination, plain, UnsafeMutableRawPointer(binder.floats(region) + place)),
          (.scratchpad, reorder.scratchpad, binder.address(reorderScratch)),
        ], runtime)
    }
  }
}
