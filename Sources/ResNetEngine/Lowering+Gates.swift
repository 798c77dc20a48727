import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  func affineForward(_ unit: Unit, scale: Float, offset: Float) {
    outputs[unit.output] = affine(output(graph.layers[unit.head].inputs[0]), scale, offset, layer: unit.head)
  }

  func affineBackward(_ unit: Unit, scale: Float) {
    give(
      affine(merged(unit.output).value, scale, 0, layer: unit.head), to: graph.layers[unit.head].inputs[0],
      isExclusive: true)
  }

  private func affine(_ input: Int, _ scale: Float, _ offset: Float, layer: Int) -> Int {
    let result = value(of: layouts[layer])
    let (count, element) = (Int64(batch * layouts[layer].count), precision.element.kernel)
    plan.step("affine", layer: layer, uses: [input, result]) { binder in
      binder.step(
        resnet_affine,
        ResNetAffine(
          count: count, element: element, input: binder.address(input), output: binder.address(result), scale: scale,
          offset: offset))
    }
    return result
  }

  func sigmoidForward(_ unit: Unit) {
    outputs[unit.output] = sigmoid(
      output(graph.layers[unit.head].inputs[0]), nil, resnet_sigmoid_forward, layer: unit.head)
  }

  func sigmoidBackward(_ unit: Unit) {
    let result = sigmoid(
      output(unit.output), merged(unit.output).value, resnet_sigmoid_backward, layer: unit.head)
    give(result, to: graph.layers[unit.head].inputs[0], isExclusive: true)
  }

  private func sigmoid(
    _ input: Int, _ gradient: Int?, _ function: @escaping @convention(c) (UnsafeRawPointer?) -> Int32, layer: Int
  ) -> Int {
    let result = value(of: layouts[layer])
    let (count, element) = (Int64(batch * layouts[layer].count), precision.element.kernel)
    plan.step("sigmoid", layer: layer, uses: [input, gradient, result]) { binder in
      binder.step(
        function,
        ResNetSigmoid(
          count: count, element: element, input: binder.address(input), gradient: binder.address(gradient),
          output: binder.address(result)))
    }
    return result
  }

  func multiplicationForward(_ unit: Unit) {
    let inputs = graph.layers[unit.head].inputs
    outputs[unit.output] = product(output(inputs[0]), output(inputs[1]), unit)
  }

  func multiplicationBackward(_ unit: Unit) {
    let inputs = graph.layers[unit.head].inputs
    let gradient = merged(unit.output).value
    let (x, factor) = (output(inputs[0]), output(inputs[1]))
    if differentiation.needsGradient[inputs[0]] {
      give(product(gradient, factor, unit), to: inputs[0], isExclusive: true)
    }
    guard differentiation.needsGradient[inputs[1]] else { return }
    guard isByChannel(unit) else { return give(product(gradient, x, unit), to: inputs[1], isExclusive: true) }
    let result = value(of: layouts[inputs[1]])
    channelProduct(gradient, x, into: result, resnet_sum_products, unit)
    give(result, to: inputs[1], isExclusive: true)
  }

  private func isByChannel(_ unit: Unit) -> Bool {
    graph.layers[unit.head].inputs.count == 2
      && graph.layers[graph.layers[unit.head].inputs[1]].shape != graph.layers[unit.head].shape
  }

  /// a · b, where b may have one value a channel if the unit's second input does and b stands for it.
  private func product(_ a: Int, _ b: Int, _ unit: Unit) -> Int {
    let result = value(of: layouts[unit.output])
    guard !isByChannel(unit) else {
      channelProduct(a, b, into: result, resnet_multiply_channels, unit)
      return result
    }
    let (count, element) = (Int64(batch * layouts[unit.output].count), precision.element.kernel)
    plan.step("product", layer: unit.head, uses: [a, b, result]) { binder in
      binder.step(
        resnet_multiply,
        ResNetMultiplication(
          count: count, element: element, a: binder.address(a), b: binder.address(b), output: binder.address(result)))
    }
    return result
  }

  private func channelProduct(
    _ a: Int, _ b: Int, into result: Int, _ function: @escaping @convention(c) (UnsafeRawPointer?) -> Int32,
    _ unit: Unit
  ) {
    let (layout, element) = (layouts[unit.output].batched(batch), precision.element.kernel)
    plan.step("product by channel", layer: unit.head, uses: [a, b, result]) { binder in
      binder.step(
        function,
        ResNetChannelProduct(
          layout: layout, element: element, a: binder.address(a), b: binder.address(b), output: binder.address(result)))
    }
  }

  // MARK: Dropout

  func dropoutForward(_ unit: Unit, _ layer: Dropout) {
    let input = output(graph.layers[unit.head].inputs[0])
    outputs[unit.output] = dropout(input, layer, unit)
  }

  /// The gradient passes where the values passed, by the same factor.
  func dropoutBackward(_ unit: Unit, _ layer: Dropout) {
    let source = graph.layers[unit.head].inputs[0]
    give(dropout(merged(unit.output).value, layer, unit), to: source, isExclusive: true)
  }

  private func dropout(_ input: Int, _ layer: Dropout, _ unit: Unit) -> Int {
    let name = graph.layers[unit.head].name
    guard purpose.usesDropout, !purpose.layersWithoutDropout.contains(name) else {
      return affine(input, 1, 0, layer: unit.head)
    }
    let key = dropoutKeys[name] ?? Allocation(capacity: 1)
    dropoutKeys[name] = key
    let result = value(of: layouts[unit.output])
    let (layout, element) = (layouts[unit.output].batched(batch), precision.element.kernel)
    plan.step("dropout", layer: unit.head, uses: [input, result]) { binder in
      binder.step(
        resnet_dropout,
        ResNetDropout(
          layout: layout, element: element, input: binder.address(input), output: binder.address(result),
          key: UnsafePointer(key.buffer.baseAddress), threshold: layer.threshold, factor: layer.factor,
          drops_samples: layer.unit == .sample ? 1 : 0))
    }
    return result
  }
}
