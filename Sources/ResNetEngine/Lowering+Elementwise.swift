import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  /// Addition and ReLU that ride on nothing else.
  func additionForward(_ unit: Unit) {
    let layer = graph.layers[unit.head]
    let a = output(layer.inputs[0])
    let b = layer.inputs.count > 1 ? output(layer.inputs[1]) : nil
    let relu = unit.relu || layer.operation == .relu
    let result = value(of: layouts[unit.output])
    outputs[unit.output] = result
    let gate = layer.operation == .add ? makeGate(layer.name) : nil
    scaledSum(a, b, factors: gate, into: result, relu: relu, layer: unit.head)
  }

  func additionBackward(_ unit: Unit) {
    let layer = graph.layers[unit.head]
    let relu = unit.relu || layer.operation == .relu
    let (first, second) = pair(unit.output)
    let dz = gradientBeforeReLU(first, second, output: relu ? output(unit.output) : nil, layer: unit.output)
    guard let gate = gates[layer.name]?.buffer.baseAddress else {
      let takers = layer.inputs.filter { differentiation.needsGradient[$0] }
      // Two layers may get the same memory: then neither may overwrite it.
      for input in takers { give(dz.value, to: input, isExclusive: dz.isExclusive && takers.count == 1) }
      return
    }
    for (position, input) in layer.inputs.enumerated() where differentiation.needsGradient[input] {
      let scaled = value(of: gradientLayout(input))
      scaledSum(dz.value, nil, factors: gate + 2 + position, into: scaled, relu: false, layer: unit.head)
      give(scaled, to: input, isExclusive: true)
    }
  }

  private func scaledSum(
    _ a: Int, _ b: Int?, factors: UnsafeMutablePointer<Float>?, into result: Int, relu: Bool, layer: Int
  ) {
    let (count, element) = (Int64(batch * layouts[layer].count), precision.element.kernel)
    plan.step(b == nil ? "elementwise" : "addition", layer: layer, uses: [a, b, result]) { binder in
      binder.step(
        resnet_add,
        ResNetAddition(
          count: count, element: element, a: binder.address(a), b: binder.address(b),
          factors: UnsafePointer(factors), output: binder.address(result), relu: relu ? 1 : 0))
    }
  }

  /// Factors of branch and shortcut, forward and backward; the program owns them.
  private func makeGate(_ name: String) -> UnsafeMutablePointer<Float>? {
    guard purpose.gates else { return nil }
    if let made = gates[name] { return made.buffer.baseAddress }
    let gate = Allocation<Float>(capacity: 4)
    gate.buffer.update(repeating: 1)
    gates[name] = gate
    return gate.buffer.baseAddress
  }

  // MARK: Changes of shape

  private func padding(_ unit: Unit, _ padding: ZeroPadding) -> (Int64, Int64, Int64, Int64) {
    let narrow = graph.layers[graph.layers[unit.head].inputs[0]].shape
    let wide = graph.layers[unit.head].shape
    return narrow.rank == 3
      ? (Int64(narrow[1]), Int64(narrow[2]), Int64(wide[1]), Int64(wide[2])) : (1, 1, 1, 1)
  }

  func zeroPaddingForward(_ unit: Unit, _ layer: ZeroPadding) {
    let source = graph.layers[unit.head].inputs[0]
    let element = layouts[unit.head].element
    let (input, result) = (output(source, asIntegers: element.isInteger), value(of: layouts[unit.head]))
    outputs[unit.output] = result
    zeroPadding(unit, layer, element, resnet_zero_padding_forward, from: input, to: result)
  }

  func zeroPaddingBackward(_ unit: Unit, _ layer: ZeroPadding) {
    let source = graph.layers[unit.head].inputs[0]
    guard differentiation.needsGradient[source] else { return }
    let result = value(of: gradientLayout(source))
    let gradient = merged(unit.output).value
    zeroPadding(unit, layer, precision.element, resnet_zero_padding_backward, from: gradient, to: result)
    give(result, to: source, isExclusive: true)
  }

  private func zeroPadding(
    _ unit: Unit, _ layer: ZeroPadding, _ element: Element,
    _ function: @escaping @convention(c) (UnsafeRawPointer?) -> Int32, from input: Int, to result: Int
  ) {
    let narrow = layouts[graph.layers[unit.head].inputs[0]].batched(batch)
    let wide = layouts[unit.head].batched(batch)
    let (narrowHeight, narrowWidth, wideHeight, wideWidth) = padding(unit, layer)
    plan.step("zero padding", layer: unit.head, uses: [input, result]) { binder in
      binder.step(
        function,
        ResNetZeroPadding(
          narrow: narrow, wide: wide, element: element.kernel, narrow_height: narrowHeight, narrow_width: narrowWidth,
          wide_height: wideHeight,
          wide_width: wideWidth, stride: Int64(layer.stride), before: Int64(layer.before),
          input: binder.address(input), output: binder.address(result)))
    }
  }

  func flattenForward(_ unit: Unit) {
    let source = graph.layers[unit.head].inputs[0]
    let (element, shape) = (layouts[unit.head].element, graph.layers[source].shape)
    outputs[unit.output] = relayout(
      output(source, asIntegers: element.isInteger), from: layout(source, asIntegers: element.isInteger),
      to: .plain(shape, element), layer: unit.head)
  }

  func flattenBackward(_ unit: Unit) {
    let source = graph.layers[unit.head].inputs[0]
    guard differentiation.needsGradient[source] else { return }
    let whole = merged(unit.output)
    let changed = relayout(
      whole.value, from: .plain(graph.layers[source].shape, precision.element), to: layouts[source], layer: unit.head)
    give(changed, to: source, isExclusive: changed != whole.value || whole.isExclusive)
  }
}
