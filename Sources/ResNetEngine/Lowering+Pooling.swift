import COneDNN
import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  func averagePoolingForward(_ unit: Unit) {
    let source = graph.layers[unit.head].inputs[0]
    let (input, result) = (stored(source), value(of: layouts[unit.head]))
    outputs[unit.output] = result
    averagePooling(unit, layouts[source].element, resnet_average_pooling_forward, from: input, to: result)
  }

  func averagePoolingBackward(_ unit: Unit) {
    let source = graph.layers[unit.head].inputs[0]
    guard differentiation.needsGradient[source] else { return }
    let result = value(of: gradientLayout(source))
    averagePooling(
      unit, precision.element, resnet_average_pooling_backward, from: merged(unit.output).value, to: result)
    give(result, to: source, isExclusive: true)
  }

  private func averagePooling(
    _ unit: Unit, _ element: Element, _ function: @escaping @convention(c) (UnsafeRawPointer?) -> Int32,
    from input: Int, to result: Int
  ) {
    let source = graph.layers[unit.head].inputs[0]
    let (layout, factor) = (layouts[source].batched(batch), factor(source, asIntegers: false))
    plan.step("average pooling", layer: unit.head, uses: [input, result]) { binder in
      binder.step(
        function,
        ResNetAveragePooling(
          layout: layout, element: element.kernel, input: binder.address(input), output: binder.address(result),
          factor: factor))
    }
  }

  private struct PoolingPrimitives {
    var source: Descriptor
    var destination: Descriptor
    var forward: Primitive
    var descriptor: OneDNNPrimitiveDescriptor
    var sizes: Sizes
  }

  private struct Sizes {
    var strides: [Int64]
    var kernel: [Int64]
    var before: [Int64]
    var after: [Int64]

    /// Windows that reach over the end of the image count as padding there.
    init(_ layer: Pooling, from: Shape, to: Shape) {
      strides = [Int64](repeating: Int64(layer.stride), count: 2)
      kernel = [Int64](repeating: Int64(layer.kernel), count: 2)
      before = [Int64](repeating: Int64(layer.padding), count: 2)
      after = (1...2).map { axis in
        Int64(max((to[axis] - 1) * layer.stride + layer.kernel - from[axis] - layer.padding, layer.padding))
      }
    }
  }

  private func primitives(_ unit: Unit, _ layer: Pooling, _ algorithm: OneDNNAlgorithm) throws -> PoolingPrimitives {
    let input = graph.layers[unit.head].inputs[0]
    let from = graph.layers[input].shape
    let to = graph.layers[unit.head].shape
    let isInteger = layouts[unit.head].element.isInteger
    let source = try Descriptor.make([batch] + from.dimensions, layout(input, asIntegers: isInteger), runtime)
    let destination = try Descriptor.make([batch] + to.dimensions, layouts[unit.head], runtime)
    let sizes = Sizes(layer, from: from, to: to)
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime(attributes) {} }
    var made: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.pooling_forward_primitive_desc_create(
        &made, runtime.engine, differentiation.seed == .none ? .forwardInference : .forwardTraining, algorithm,
        source.pointer, destination.pointer, sizes.strides, sizes.kernel, [0, 0], sizes.before, sizes.after,
        attributes.pointer), "pooling of \(from)")
    let descriptor = try Primitive.unwrap(made)
    return PoolingPrimitives(
      source: source, destination: destination, forward: try Primitive(descriptor, runtime), descriptor: descriptor,
      sizes: sizes)
  }

  func poolingForward(_ unit: Unit, _ layer: Pooling, _ algorithm: OneDNNAlgorithm) throws {
    let made = try primitives(unit, layer, algorithm)
    let input = output(graph.layers[unit.head].inputs[0], asIntegers: layouts[unit.head].element.isInteger)
    let result = value(of: layouts[unit.head])
    outputs[unit.output] = result
    let scratch = plan.value(bytes: made.forward.scratchpad.bytes)
    var workspace: (value: Int, descriptor: Descriptor)?
    // Which value of each window won; a mean has no winner.
    if differentiation.seed != .none, algorithm == .poolingMaximum {
      let descriptor = try made.forward.format(.workspaceDescriptor, runtime)
      workspace = (plan.value(bytes: descriptor.bytes), descriptor)
      saved[unit.head] = SavedState(workspace: workspace)
    }
    let runtime = runtime
    plan.step("pooling", layer: unit.head, uses: [input, result, scratch, workspace?.value]) { [workspace] binder in
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.source, made.source, binder.address(input)),
        (.destination, made.destination, binder.address(result)),
        (.scratchpad, made.forward.scratchpad, binder.address(scratch)),
      ]
      if let (value, descriptor) = workspace { arguments.append((.workspace, descriptor, binder.address(value))) }
      return try binder.step(made.forward, arguments, runtime)
    }
  }

  func poolingBackward(_ unit: Unit, _ layer: Pooling, _ algorithm: OneDNNAlgorithm) throws {
    let source = graph.layers[unit.head].inputs[0]
    guard differentiation.needsGradient[source] else { return }
    let workspace = saved[unit.head]?.workspace
    let made = try primitives(unit, layer, algorithm)
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime((made, attributes)) {} }
    var backward: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.pooling_backward_primitive_desc_create(
        &backward, runtime.engine, algorithm, made.source.pointer, made.destination.pointer, made.sizes.strides,
        made.sizes.kernel, [0, 0], made.sizes.before, made.sizes.after, made.descriptor, attributes.pointer),
      "the gradient of pooling")
    let primitive = try Primitive(Primitive.unwrap(backward), runtime)
    let gradient = merged(unit.output).value
    let result = value(of: gradientLayout(source))
    let scratch = plan.value(bytes: primitive.scratchpad.bytes)
    let runtime = runtime
    plan.step("pooling gradient", layer: unit.head, uses: [gradient, result, scratch, workspace?.value]) { binder in
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.destinationGradient, made.destination, binder.address(gradient)),
        (.sourceGradient, made.source, binder.address(result)),
        (.scratchpad, primitive.scratchpad, binder.address(scratch)),
      ]
      if let (value, descriptor) = workspace { arguments.append((.workspace, descriptor, binder.address(value))) }
      return try binder.step(primitive, arguments, runtime)
    }
    give(result, to: source, isExclusive: true)
  }
}
