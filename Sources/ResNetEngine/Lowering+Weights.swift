import ResNetGraph

/// Where steps find the weights of a convolution in the format in which they read them.
enum WeightSource {
  /// In a copy that outlasts the run.
  case copy(PackedWeights)
  /// In memory of the plan, where an earlier step packs them in every run; biases are the masters.
  case value(Int, bias: UnsafeMutablePointer<Float>?)

  /// The value of the plan that holds them.
  var value: Int? { if case .value(let value, _) = self { value } else { nil } }

  @EngineActor
  func address(_ binder: Binder) -> UnsafeMutableRawPointer? {
    switch self {
    case .copy(let copy): copy.address
    case .value(let value, _): binder.address(value)
    }
  }

  @EngineActor var bias: UnsafeMutablePointer<Float>? {
    switch self {
    case .copy(let copy): copy.bias
    case .value(_, let bias): bias
    }
  }

  /// What brings sums of products of integers to the unit of the result.
  @EngineActor var scales: UnsafeMutablePointer<Float>? { if case .copy(let copy) = self { copy.scales } else { nil } }
}

extension Lowering {
  /// The weights of a unit's convolution in a format.
  ///
  /// Training changes weights between any two runs: they are packed just before they are read, into memory that other
  /// values have before and after. Otherwise programs share copies, which stay good for many runs.
  func weights(
    _ unit: Unit, _ shape: ConvolutionShape, in format: PackedWeights.Format, folding: PackedWeights.Folding? = nil,
    scaling: PackedWeights.Scaling? = nil
  ) throws -> WeightSource {
    let layer = graph.layers[unit.head].name
    guard differentiation.parametersFrom != nil, folding == nil, scaling == nil else {
      // All threads pack, however many then work on a step.
      let copy = try runtime.with(threads: runtime.threads) {
        try parameters.packed(
          layer: layer, dimensions: shape.weightDimensions, format: format, folding: folding, scaling: scaling,
          runtime: runtime)
      }
      use(copy)
      return .copy(copy)
    }
    let packing = try format.packing(shape.weightDimensions, runtime)
    let packed = plan.value(bytes: format.bytes)
    let scratch = plan.value(bytes: packing.scratchBytes)
    let masters = UnsafeMutableRawPointer(parameters.buffer(layer + ".weight").baseAddress)
    plan.step(StepWork.packing, layer: unit.head, uses: [packed, scratch]) { binder in
      try packing.bind(binder, masters, binder.address(packed), binder.address(scratch))
    }
    return .value(packed, bias: parameters.buffer(layer + ".bias").baseAddress)
  }
}
