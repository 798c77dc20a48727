import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  func normalizationForward(_ unit: Unit, _ layer: BatchNormalization) throws {
    let name = graph.layers[unit.head].name
    let layout = layouts[unit.head]
    let usesRunning = purpose.statistics(of: name) == .running
    guard usesRunning || batch * layout.positions > 1 else {
      throw ResNetError(
        .usage, "batch normalisation has a single value a channel to learn from", at: name,
        remedy: "Use a larger batch or a larger input")
    }
    // Computed again, it uses what the first time found, and gathers nothing.
    let earlier = saved[unit.head]
    let updates = purpose.updatesRunningStatistics && !usesRunning && earlier == nil
    changesStatistics = changesStatistics || updates
    let channels = graph.layers[unit.head].shape[0]
    let x = outputPart(graph.layers[unit.head].inputs[0])
    let addend = unit.addend.map { output($0) }
    let result = value(of: layout)
    let mean = earlier?.mean ?? plan.floats(channels)
    let inverseDeviation = earlier?.inverseDeviation ?? plan.floats(channels)
    let batched = x.layout.batched(batch)
    let scratch = plan.floats(Int(resnet_normalization_scratch(batched, Int64(slices[unit.head]))))
    outputs[unit.output] = result
    saved[unit.head] = SavedState(mean: mean, inverseDeviation: inverseDeviation)
    let (parameters, element) = (parameters, precision.element.kernel)
    let count = slices[unit.head]
    let statistics = [mean, inverseDeviation, scratch]
    let arguments = { @EngineActor (binder: Binder, slice: Int) in
      ResNetNormalization(
        slice: ResNetSlice(slices: Int64(count), slice: Int64(slice)), layout: batched, element: element,
        x: binder.address(x), addend: binder.address(addend), output: binder.address(result),
        scale: UnsafePointer(parameters.buffer(name + ".weight").baseAddress),
        shift: UnsafePointer(parameters.buffer(name + ".bias").baseAddress), mean: binder.floats(mean),
        inverse_deviation: binder.floats(inverseDeviation),
        running_mean: parameters.buffer(name + ".running_mean").baseAddress,
        running_variance: parameters.buffer(name + ".running_var").baseAddress, scratch: binder.floats(scratch),
        epsilon: layer.epsilon, momentum: updates ? layer.momentum : 0, uses_running: usesRunning ? 1 : 0,
        uses_given: earlier == nil ? 0 : 1, relu: unit.relu ? 1 : 0)
    }
    if !usesRunning && earlier == nil {
      plan.step("statistics", layer: unit.head, uses: [x.value, scratch], slices: count) { binder, slice in
        binder.step(resnet_normalization_sums, arguments(binder, slice))
      }
    }
    plan.step("statistics of the batch", layer: unit.head, uses: statistics) { binder in
      binder.step(resnet_normalization_join, arguments(binder, 0))
    }
    plan.step("normalisation", layer: unit.head, uses: statistics + [x.value, addend, result], slices: count) {
      binder, slice in
      binder.step(resnet_normalization_apply, arguments(binder, slice))
    }
  }

  func normalizationBackward(_ unit: Unit) {
    guard let state = saved[unit.head], let mean = state.mean, let inverseDeviation = state.inverseDeviation else {
      return
    }
    let layer = graph.layers[unit.head]
    let layout = layouts[unit.head]
    let input = layer.inputs[0]
    let (first, second) = pair(unit.output)
    let x = outputPart(input)
    // Where something was added, what passed ReLU shows in the output alone; else it follows from x.
    let mask = unit.relu && unit.addend != nil ? output(unit.output) : nil
    let needsInput = differentiation.needsGradient[input]
    let givesAddend = unit.addend.map { differentiation.needsGradient[$0] } ?? false
    // dz is the gradient itself where nothing changes it, and overwrites it where nobody else needs it. Only the addend
    // asks for it, or the output's sign.
    let changes = unit.relu || second != nil
    let dz: Int? =
      unit.addend == nil
      ? nil : !changes ? first.value : first.isExclusive ? plan.overwriting(first.value) : value(of: layout)
    let dzIsOurs = changes || first.isExclusive
    let joint = needsInput ? jointGradient(input) : nil
    let overwritten = dz.map { dzIsOurs && !givesAddend ? $0 : nil } ?? (first.isExclusive ? first.value : nil)
    let dx = !needsInput ? nil : joint?.part.value ?? overwritten.map(plan.overwriting) ?? value(of: layout)
    let region = gradientRegion
    let scalePlace = gradientOffset(layer.name + ".weight", layer: unit.head)
    let shiftPlace = gradientOffset(layer.name + ".bias", layer: unit.head)
    let batched = x.layout.batched(batch)
    let scratch = plan.floats(Int(resnet_normalization_scratch(batched, Int64(slices[unit.head]))))
    let element = precision.element.kernel
    let constant = purpose.statistics(of: layer.name) == .running
    let scale = UnsafePointer(parameters.buffer(layer.name + ".weight").baseAddress)
    let shift = UnsafePointer(parameters.buffer(layer.name + ".bias").baseAddress)
    let count = slices[unit.head]
    let statistics = [mean, inverseDeviation, scratch]
    let inputs = statistics + [x.value, first.value, second?.value, dz]
    let arguments = { @EngineActor (binder: Binder, slice: Int) in
      let gradients = binder.floats(region)
      return ResNetNormalizationGradient(
        slice: ResNetSlice(slices: Int64(count), slice: Int64(slice)), layout: batched, element: element,
        x: binder.address(x), output: binder.address(mask), gradient: binder.address(first.value),
        gradient2: binder.address(second?.value), gradient_z: binder.address(dz),
        gradient_x: joint.map { binder.address($0.part) } ?? binder.address(dx),
        gradient_scale: scalePlace.flatMap { place in gradients.map { $0 + place } },
        gradient_shift: shiftPlace.flatMap { place in gradients.map { $0 + place } }, scale: scale, shift: shift,
        mean: binder.floats(mean), inverse_deviation: binder.floats(inverseDeviation),
        scratch: binder.floats(scratch), constant_statistics: constant ? 1 : 0,
        accumulates: joint?.accumulates == true ? 1 : 0, relu: unit.relu ? 1 : 0)
    }
    plan.step("normalisation gradient, sums", layer: unit.head, uses: inputs + [mask], slices: count) {
      binder, slice in
      binder.step(resnet_normalization_gradient_sums, arguments(binder, slice))
    }
    plan.step("normalisation gradient of the batch", layer: unit.head, uses: statistics + [region]) { binder in
      binder.step(resnet_normalization_gradient_join, arguments(binder, 0))
    }
    if dx != nil {
      plan.step("normalisation gradient", layer: unit.head, uses: inputs + [dx], slices: count) { binder, slice in
        binder.step(resnet_normalization_gradient_apply, arguments(binder, slice))
      }
    }
    if let dx, joint == nil { give(dx, to: input, isExclusive: true) }
    if let addend = unit.addend, let dz { give(dz, to: addend, isExclusive: dzIsOurs) }
  }
}
