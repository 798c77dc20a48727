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
      batch: batch / slices[unit.head], input: image(graph.layers[input].shape), output: image(layer.shape), kernel: 1,
      stride: 1,
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
    let (inputPitch, outputPitch) = pitches(unit)
    plan.step("convolution", layer: unit.head, uses: [input, result, scratch], slices: slices[unit.head]) {
      binder, slice in
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.source, made.source, binder.address(input, slice: slice, pitch: inputPitch)),
        (.weights, pack.descriptor, pack.address),
        (.destination, made.destination, binder.address(result, slice: slice, pitch: outputPitch)),
        (.scratchpad, made.forward.scratchpad, binder.address(scratch)),
      ]
      if let bias = made.bias { arguments.append((.bias, bias, pack.bias.map { UnsafeMutableRawPointer($0) })) }
      return try binder.step(made.forward, arguments, runtime)
    }
  }

  /// From one slice of the input, and of the output, to the next, in bytes.
  private func pitches(_ unit: Unit) -> (input: Int, output: Int) {
    let count = slices[unit.head]
    return (
      pitch(layouts[graph.layers[unit.head].inputs[0]], slices: count), pitch(layouts[unit.head], slices: count)
    )
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
    let count = slices[unit.head]
    let inputPitch = pitch(gradientLayout(layer.inputs[0]), slices: count)
    let outputPitch = pitch(gradientLayout(unit.head), slices: count)
    plan.step("input gradient", layer: unit.head, uses: [gradient, result, scratch], slices: count) { binder, slice in
      try binder.step(
        backward.primitive,
        [
          (
            .destinationGradient, made.destinationGradient,
            binder.address(gradient, slice: slice, pitch: outputPitch)
          ),
          (.weights, backward.weights, pack.address),
          (.sourceGradient, made.source, binder.address(result, slice: slice, pitch: inputPitch)),
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
    let outputs = graph.layers[unit.head].shape[0]
    let scratch = plan.value(bytes: backward.primitive.scratchpad.bytes)
    let count = slices[unit.head]
    // Each slice leaves a sum of its own.
    let bytes = backward.gradient.bytes
    let sums = backward.toPlain == nil && count == 1 ? nil : plan.value(bytes: count * bytes)
    let biasSums = biasPlace == nil || count == 1 ? nil : plan.floats(count * outputs)
    let runtime = runtime
    let inputPitch = pitch(layouts[graph.layers[unit.head].inputs[0]], slices: count)
    let outputPitch = pitch(gradientLayout(unit.head), slices: count)
    plan.step(
      "weight gradient", layer: unit.head, uses: [input, gradient, region, sums, biasSums, scratch], slices: count
    ) { binder, slice in
      let plainAddress = UnsafeMutableRawPointer(binder.floats(region) + place)
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.source, made.source, binder.address(input, slice: slice, pitch: inputPitch)),
        (
          .destinationGradient, made.destinationGradient, binder.address(gradient, slice: slice, pitch: outputPitch)
        ),
        (.weightsGradient, backward.gradient, binder.address(sums, slice: slice, pitch: bytes) ?? plainAddress),
        (.scratchpad, backward.primitive.scratchpad, binder.address(scratch)),
      ]
      if let descriptor = made.bias, let biasPlace {
        let whole = UnsafeMutableRawPointer(binder.floats(region) + biasPlace)
        let part = binder.address(biasSums, slice: slice, pitch: outputs * MemoryLayout<Float>.stride)
        arguments.append((.biasGradient, descriptor, part ?? whole))
      }
      return try binder.step(backward.primitive, arguments, runtime)
    }
    if let biasSums, let biasPlace {
      join(biasSums, count: outputs, of: count, into: region, at: biasPlace, layer: unit.head)
    }
    guard let sums else { return }
    guard let reorder = backward.toPlain else {
      return join(
        sums, count: bytes / MemoryLayout<Float>.stride, of: count, into: region, at: place, layer: unit.head)
    }
    if count > 1 {
      join(sums, count: bytes / MemoryLayout<Float>.stride, of: count, into: sums, at: 0, layer: unit.head)
    }
    let reorderScratch = plan.value(bytes: reorder.scratchpad.bytes)
    let plain = try Descriptor.plain(made.shape.weightDimensions, runtime)
    plan.step(
      "weight gradient in plain order", layer: unit.head, uses: [sums, region, reorderScratch], canWait: true
    ) { binder in
      try binder.step(
        reorder,
        [
          (.source, backward.gradient, binder.address(sums)),
          (.destination, plain, UnsafeMutableRawPointer(binder.floats(region) + place)),
          (.scratchpad, reorder.scratchpad, binder.address(reorderScratch)),
        ], runtime)
    }
  }

  /// Adds up what the slices left.
  private func join(_ sums: Int, count: Int, of slices: Int, into target: Int, at place: Int, layer: Int) {
    plan.step("sum of slices", layer: layer, uses: [sums, target], canWait: true) { binder in
      binder.step(
        resnet_sum_slices,
        ResNetSliceSum(
          count: Int64(count), slices: Int64(slices), input: binder.floats(sums),
          output: binder.floats(target) + place))
    }
  }
}
