import COneDNN
import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  /// A fully connected layer is a convolution over an image of one pixel.
  ///
  /// - Parameter parts: into how many equal parts the batch is divided, each worked on by one thread; 1 for all threads
  ///   together.
  private func shape(_ unit: Unit, parts: Int = 1) -> ConvolutionShape {
    let layer = graph.layers[unit.head]
    let input = layer.inputs[0]
    var shape = ConvolutionShape(
      batch: batch / parts, input: image(graph.layers[input].shape), output: image(layer.shape), kernel: 1, stride: 1,
      padding: 0, inputLayout: layout(input, asIntegers: isQuantized(unit)), outputLayout: layouts[unit.output],
      threads: parts == 1 ? threads : 1,
      hasBias: layer.parameters.contains { $0.kind == .bias } || unit.folded != nil,
      training: differentiation.seed != .none, addend: unit.addend.map { addendLayout($0, unit).element },
      relu: unit.relu)
    if case .convolution(let convolution) = layer.operation {
      shape.kernel = convolution.kernel
      shape.stride = convolution.stride
      shape.padding = convolution.padding
      shape.groups = convolution.groups
    }
    return shape
  }

  private func image(_ shape: Shape) -> Shape { shape.rank == 3 ? shape : [shape[0], 1, 1] }

  /// The shape for which primitives are made, and in how many parts these then work: kernels of ours share the work
  /// among the threads themselves. Where there will be gradients each thread has a part of the batch: that takes the
  /// threads less waiting than to share every image.
  private func dividedShape(_ unit: Unit) -> (shape: ConvolutionShape, parts: Int) {
    let whole = shape(unit)
    guard differentiation.seed != .none, ownConvolution(whole) == nil, batch % threads == 0, batch >= 4 * threads else {
      return (whole.withPositionsAlike, 1)
    }
    return (shape(unit, parts: threads).withPositionsAlike, threads)
  }

  func convolutionForward(_ unit: Unit) throws {
    let (shape, parts) = dividedShape(unit)
    let own = ownConvolution(shape)
    let layer = graph.layers[unit.head]
    let input = output(layer.inputs[0], asIntegers: shape.isQuantized)
    var folding: PackedWeights.Folding?
    if let folded = unit.folded, case .batchNormalization(let normalization) = graph.layers[folded].operation {
      folding = .init(layer: graph.layers[folded].name, epsilon: normalization.epsilon)
    }
    let format =
      try own.map { PackedWeights.Format.own($0) } ?? .primitive(convolution(shape).forwardWeights)
    let weights = try weights(
      unit, shape, in: format, folding: folding, scaling: shape.isQuantized ? scaling(unit) : nil)
    let result = unit.addend.map { destination(holding: $0, unit) } ?? value(of: layouts[unit.output])
    outputs[unit.output] = result
    if let own { return ownForward(own, unit, input: input, weights: weights, result: result) }
    let made = try convolution(shape)
    let scratch = value(scratchOf: made.forward, parts: parts)
    let runtime = runtime
    let sumScale = shape.scalesSum ? sumScale(unit) : nil
    plan.step("convolution", layer: unit.head, uses: [input, result, scratch, weights.value]) { binder in
      let lists = (0..<parts).map { part in
        var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
          (.source, made.source, binder.address(input) + part * shape.inputBytes),
          (.weights, made.forwardWeights, weights.address(binder)),
          (.destination, made.destination, binder.address(result) + part * shape.outputBytes),
          (.scratchpad, made.forward.scratchpad, binder.address(scratch) + part * made.forward.scratchBytes),
        ]
        if let bias = made.bias { arguments.append((.bias, bias, weights.bias.map { UnsafeMutableRawPointer($0) })) }
        if let scales = made.scales {
          arguments.append(
            (onednn_scales_index(.weights), scales.weights, weights.scales.map { UnsafeMutableRawPointer($0) }))
          if let sum = scales.sum, let sumScale {
            arguments.append((onednn_scales_index(.destination), sum, binder.constant(sumScale)))
          }
        }
        return arguments
      }
      return try binder.step(made.forward, parts: lists, runtime)
    }
  }

  /// Memory that holds an addend for the convolution to add to: the addend's own, or a copy where that is still needed.
  private func destination(holding addend: Int, _ unit: Unit) -> Int {
    let layout = addendLayout(addend, unit)
    let held = output(addend, asIntegers: layout.element.isInteger)
    guard isNeededLater(addend) || graph.layers[unit.head].inputs.contains(addend) else {
      return plan.overwriting(held)
    }
    let copy = value(of: layout)
    let bytes = Int64(batch * layout.bytes)
    plan.step("copy", layer: unit.head, uses: [held, copy]) { binder in
      binder.step(
        resnet_copy, ResNetCopy(bytes: bytes, input: binder.address(held), output: binder.address(copy)))
    }
    return copy
  }

  func convolutionBackward(_ unit: Unit) throws {
    let (shape, parts) = dividedShape(unit)
    let own = ownConvolution(shape).map { $0.reversed as any OwnConvolution }
    let layer = graph.layers[unit.head]
    let (first, second) = pair(unit.output)
    let gradient = gradientBeforeReLU(
      first, second, output: unit.relu ? output(unit.output) : nil, layer: unit.output
    ).value
    try weightGradient(unit, gradient: gradient)
    guard differentiation.needsGradient[layer.inputs[0]] else { return }
    let format =
      try own.map { PackedWeights.Format.own($0) }
      ?? .primitive(convolution(shape).backwardData().weights)
    let weights = try weights(unit, shape, in: format)
    if let own {
      let result = ownInputGradient(own, unit, gradient: gradient, weights: weights)
      return give(result, to: layer.inputs[0], isExclusive: true)
    }
    let made = try convolution(shape)
    let backward = try made.backwardData()
    let layout = gradientLayout(layer.inputs[0])
    let filled = shape.filledGradientLayout
    let result = value(of: filled ?? layout)
    let scratch = value(scratchOf: backward.primitive, parts: parts)
    let runtime = runtime
    plan.step("input gradient", layer: unit.head, uses: [gradient, result, scratch, weights.value]) { binder in
      let lists = (0..<parts).map { part -> [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] in
        [
          (
            .destinationGradient, made.destinationGradient,
            binder.address(gradient) + part * shape.outputGradientBytes
          ),
          (.weights, backward.weights, weights.address(binder)),
          (.sourceGradient, made.sourceGradient, binder.address(result) + part * shape.inputGradientBytes),
          (
            .scratchpad, backward.primitive.scratchpad, binder.address(scratch) + part * backward.primitive.scratchBytes
          ),
        ]
      }
      return try binder.step(backward.primitive, parts: lists, runtime)
    }
    let whole = filled.map { relayout(result, from: $0.first(shape.input[0]), to: layout, layer: unit.head) } ?? result
    give(whole, to: layer.inputs[0], isExclusive: true)
  }

  /// Into how many parts the batch is divided for a weight gradient: in bfloat16 one a thread, where adding up their
  /// results costs little beside what they read. There oneDNN's threads turn the data round for each other, and wait for it
  /// many times in loops that do not let go of the processor: alone they are faster, and far faster where something else
  /// runs beside them.
  private func weightGradientParts(_ unit: Unit) -> Int {
    guard precision == .bfloat16 else { return 1 }
    let layer = graph.layers[unit.head]
    let read = batch * (layouts[layer.inputs[0]].bytes + gradientLayout(unit.head).bytes)
    let written = layer.parameterCount * MemoryLayout<Float>.stride
    return batch % threads == 0 && read >= 4 * written ? threads : 1
  }

  private func weightGradient(_ unit: Unit, gradient: Int) throws {
    let name = graph.layers[unit.head].name
    guard let region = gradientRegion, let place = gradientOffset(name + ".weight", layer: unit.head) else { return }
    let source = graph.layers[unit.head].inputs[0]
    let parts = weightGradientParts(unit)
    let shape = shape(unit, parts: parts)
    if let winograd = Winograd(shape), winograd.servesWeightGradient, !shape.hasBias {
      return winogradWeightGradient(
        winograd, unit, input: output(source), gradient: gradient, region: region, place: place)
    }
    if let tiles = TileGradient(self.shape(unit), hasTiles: runtime.hasTiles) {
      return tileGradient(tiles, unit, input: output(source), gradient: gradient, region: region, place: place)
    }
    let made = try convolution(shape)
    let biasPlace = made.bias.flatMap { _ in gradientOffset(name + ".bias", layer: unit.head) }
    let backward = try made.backwardWeights()
    let input = output(source)
    let outputs = graph.layers[unit.head].shape[0]
    let bytes = (weights: backward.gradient.bytes, bias: outputs * MemoryLayout<Float>.stride)
    let scratch = value(scratchOf: backward.primitive, parts: parts)
    let results = parts == 1 && backward.toPlain == nil ? nil : plan.value(bytes: parts * bytes.weights)
    let biasResults = parts == 1 || biasPlace == nil ? nil : plan.value(bytes: parts * bytes.bias)
    let runtime = runtime
    plan.step(
      "weight gradient", layer: unit.head, uses: [input, gradient, region, results, biasResults, scratch]
    ) { binder in
      let gradients = binder.floats(region)
      let lists = (0..<parts).map { part in
        var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
          (.source, made.source, binder.address(input) + part * shape.inputBytes),
          (
            .destinationGradient, made.destinationGradient,
            binder.address(gradient) + part * shape.outputGradientBytes
          ),
          (
            .weightsGradient, backward.gradient,
            results.map { binder.address($0) + part * bytes.weights } ?? UnsafeMutableRawPointer(gradients + place)
          ),
          (
            .scratchpad, backward.primitive.scratchpad, binder.address(scratch) + part * backward.primitive.scratchBytes
          ),
        ]
        if let descriptor = made.bias, let biasPlace {
          let whole = UnsafeMutableRawPointer(gradients + biasPlace)
          arguments.append(
            (.biasGradient, descriptor, biasResults.map { binder.address($0) + part * bytes.bias } ?? whole))
        }
        return arguments
      }
      return try binder.step(backward.primitive, parts: lists, runtime)
    }
    if let biasResults, let biasPlace {
      addUp(biasResults, count: outputs, parts: parts, into: region, at: biasPlace, layer: unit.head)
    }
    guard let results else { return }
    let count = bytes.weights / MemoryLayout<Float>.stride
    guard let reorder = backward.toPlain else {
      return addUp(results, count: count, parts: parts, into: region, at: place, layer: unit.head)
    }
    if parts > 1 { addUp(results, count: count, parts: parts, into: results, at: 0, layer: unit.head) }
    let reorderScratch = plan.value(bytes: reorder.scratchpad.bytes)
    let plain = try Descriptor.plain(shape.weightDimensions, runtime)
    plan.step("weight gradient in plain order", layer: unit.head, uses: [results, region, reorderScratch]) { binder in
      try binder.step(
        reorder,
        [
          (.source, backward.gradient, binder.address(results)),
          (.destination, plain, UnsafeMutableRawPointer(binder.floats(region) + place)),
          (.scratchpad, reorder.scratchpad, binder.address(reorderScratch)),
        ], runtime)
    }
  }

  /// Memory for a primitive to work in, for each part.
  private func value(scratchOf primitive: Primitive, parts: Int) -> Int {
    plan.value(bytes: parts * primitive.scratchBytes)
  }

  /// Adds up what parts of the batch gave.
  private func addUp(_ results: Int, count: Int, parts: Int, into target: Int, at place: Int, layer: Int) {
    plan.step("sum of parts", layer: layer, uses: [results, target]) { binder in
      binder.step(
        resnet_sum_parts,
        ResNetPartSum(
          count: Int64(count), parts: Int64(parts), input: binder.floats(results),
          output: binder.floats(target) + place))
    }
  }
}
