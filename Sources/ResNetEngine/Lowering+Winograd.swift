import ResNetGraph
import ResNetKernels

extension Lowering {
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
