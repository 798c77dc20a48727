import COneDNN
import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  func averagePoolingForward(_ unit: Unit) {
    let source = graph.layers[unit.head].inputs[0]
    let (input, result) = (output(source), floats(of: layouts[unit.head]))
    outputs[unit.output] = result
    averagePooling(unit, resnet_average_pooling_forward, from: input, to: result)
  }

  func averagePoolingBackward(_ unit: Unit) {
    let source = graph.layers[unit.head].inputs[0]
    guard differentiation.needsGradient[source] else { return }
    let result = floats(of: layouts[source])
    averagePooling(unit, resnet_average_pooling_backward, from: merged(unit.output).value, to: result)
    give(result, to: source, isExclusive: true)
  }

  private func averagePooling(
    _ unit: Unit, _ function: @escaping @convention(c) (UnsafeRawPointer?) -> Int32, from input: Int, to result: Int
  ) {
    let layout = layouts[graph.layers[unit.head].inputs[0]].batched(batch)
    plan.step("average pooling", layer: unit.head, uses: [input, result]) { binder in
      binder.step(
        function,
        ResNetAveragePooling(layout: layout, input: binder.floats(input), output: binder.floats(result)))
    }
  }

  private struct MaxPooling {
    var source: Descriptor
    var destination: Descriptor
    var forward: Primitive
    var descriptor: OneDNNPrimitiveDescriptor
    var sizes: (strides: [Int64], kernel: [Int64], paddings: [Int64])
  }

  private func maxPooling(_ unit: Unit, _ layer: Pooling) throws -> MaxPooling {
    let input = graph.layers[unit.head].inputs[0]
    let from = graph.layers[input].shape
    let to = graph.layers[unit.head].shape
    let source = try Descriptor.make([batch] + from.dimensions, layouts[input].format, runtime)
    let destination = try Descriptor.make([batch] + to.dimensions, layouts[unit.head].format, runtime)
    let sizes = (
      strides: [Int64](repeating: Int64(layer.stride), count: 2),
      kernel: [Int64](repeating: Int64(layer.kernel), count: 2),
      paddings: [Int64](repeating: Int64(layer.padding), count: 2)
    )
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime(attributes) {} }
    var made: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.pooling_forward_primitive_desc_create(
        &made, runtime.engine, differentiation.seed == .none ? .forwardInference : .forwardTraining, .poolingMaximum,
        source.pointer, destination.pointer, sizes.strides, sizes.kernel, [0, 0], sizes.paddings, sizes.paddings,
        attributes.pointer), "max pooling of \(from)")
    let descriptor = try Primitive.unwrap(made)
    return MaxPooling(
      source: source, destination: destination, forward: try Primitive(descriptor, runtime), descriptor: descriptor,
      sizes: sizes)
  }

  func maxPoolingForward(_ unit: Unit, _ layer: Pooling) throws {
    let made = try maxPooling(unit, layer)
    let input = output(graph.layers[unit.head].inputs[0])
    let result = floats(of: layouts[unit.head])
    outputs[unit.output] = result
    let scratch = plan.value(bytes: made.forward.scratchpad.bytes)
    var workspace: (value: Int, descriptor: Descriptor)?
    if differentiation.seed != .none {
      let descriptor = try made.forward.format(.workspaceDescriptor, runtime)
      workspace = (plan.value(bytes: descriptor.bytes), descriptor)
      saved[unit.head] = SavedState(workspace: workspace)
    }
    let runtime = runtime
    plan.step("max pooling", layer: unit.head, uses: [input, result, scratch, workspace?.value]) { [workspace] binder in
      var arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)] = [
        (.source, made.source, binder.address(input)),
        (.destination, made.destination, binder.address(result)),
        (.scratchpad, made.forward.scratchpad, binder.address(scratch)),
      ]
      if let (value, descriptor) = workspace { arguments.append((.workspace, descriptor, binder.address(value))) }
      return try binder.step(made.forward, arguments, runtime)
    }
  }

  func maxPoolingBackward(_ unit: Unit, _ layer: Pooling) throws {
    let source = graph.layers[unit.head].inputs[0]
    guard differentiation.needsGradient[source], let workspace = saved[unit.head]?.workspace else { return }
    let made = try maxPooling(unit, layer)
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime((made, attributes)) {} }
    var backward: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.pooling_backward_primitive_desc_create(
        &backward, runtime.engine, .poolingMaximum, made.source.pointer, made.destination.pointer,
        made.sizes.strides, made.sizes.kernel, [0, 0], made.sizes.paddings, made.sizes.paddings, made.descriptor,
        attributes.pointer), "the gradient of max pooling")
    let primitive = try Primitive(Primitive.unwrap(backward), runtime)
    let gradient = merged(unit.output).value
    let result = floats(of: layouts[source])
    let scratch = plan.value(bytes: primitive.scratchpad.bytes)
    let runtime = runtime
    plan.step("max pooling gradient", layer: unit.head, uses: [gradient, result, scratch, workspace.value]) { binder in
      try binder.step(
        primitive,
        [
          (.destinationGradient, made.destination, binder.address(gradient)),
          (.sourceGradient, made.source, binder.address(result)),
          (.workspace, workspace.descriptor, binder.address(workspace.value)),
          (.scratchpad, primitive.scratchpad, binder.address(scratch)),
        ], runtime)
    }
    give(result, to: source, isExclusive: true)
  }
}
