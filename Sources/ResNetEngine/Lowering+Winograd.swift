import ResNetGraph
import ResNetKernels

/// The steps of convolutions that Winograd's minimal filtering computes.
extension Lowering {
  /// - Parameter result: where the output goes, and what it is added to where the unit adds.
  func winogradForward(_ winograd: Winograd, _ unit: Unit, input: Int, weights: WeightSource, result: Int) {
    let scratch = plan.floats(winograd.scratchCount)
    plan.step("convolution", layer: unit.head, uses: [input, result, scratch, weights.value]) { binder in
      var call = winograd.call
      call.input = UnsafePointer(binder.floats(input))
      call.weights = UnsafePointer(weights.address(binder)?.assumingMemoryBound(to: Float.self))
      call.bias = UnsafePointer(weights.bias)
      call.output = binder.floats(result)
      call.scratch = binder.floats(scratch)
      call.adds = unit.addend == nil ? 0 : 1
      call.relu = unit.relu ? 1 : 0
      return binder.step(resnet_winograd, call)
    }
  }

  /// - Returns: the gradient of the input.
  func winogradInputGradient(_ winograd: Winograd, _ unit: Unit, gradient: Int, weights: WeightSource) -> Int {
    let result = value(of: gradientLayout(graph.layers[unit.head].inputs[0]))
    let scratch = plan.floats(winograd.scratchCount)
    plan.step("input gradient", layer: unit.head, uses: [gradient, result, scratch, weights.value]) { binder in
      var call = winograd.call
      call.input = UnsafePointer(binder.floats(gradient))
      call.weights = UnsafePointer(weights.address(binder)?.assumingMemoryBound(to: Float.self))
      call.output = binder.floats(result)
      call.scratch = binder.floats(scratch)
      return binder.step(resnet_winograd, call)
    }
    return result
  }

  /// Writes the gradient of the weights to its place in the region of gradients.
  func winogradWeightGradient(
    _ winograd: Winograd, _ unit: Unit, input: Int, gradient: Int, region: Int, place: Int
  ) {
    let scratch = plan.floats(winograd.gradientScratchCount)
    plan.step("weight gradient", layer: unit.head, uses: [input, gradient, region, scratch]) { binder in
      var call = winograd.gradientCall
      call.input = UnsafePointer(binder.floats(input))
      call.output_gradient = UnsafePointer(binder.floats(gradient))
      call.gradient = binder.floats(region) + place
      call.scratch = binder.floats(scratch)
      return binder.step(resnet_winograd_weight_gradient, call)
    }
  }
}
