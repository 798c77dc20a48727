import ResNetGraph

/// Outputs in two forms: as integers of 8 bits, and as numbers of the program's precision.
extension Lowering {
  /// How a layer's output lies in memory in one of its forms.
  func layout(_ layer: Int, asIntegers: Bool) -> Layout {
    guard asIntegers != layouts[layer].element.isInteger else { return layouts[layer] }
    return layouts[layer].storing(asIntegers ? integers?.elements[layer] ?? .int8 : precision.element)
  }

  /// The value that holds a layer's output in one of its forms; who asks second for the form that was not stored finds it.
  func output(_ layer: Int, asIntegers: Bool) -> Int {
    let held = stored(layer)
    let layout = layout(layer, asIntegers: asIntegers)
    guard layout != layouts[layer] else { return held }
    if let known = converted[layer] { return known }
    let value = relayout(
      held, from: layouts[layer], to: layout, layer: layer, factor: factor(layer, asIntegers: asIntegers))
    converted[layer] = value
    return value
  }

  /// What brings a layer's output to one of its forms from the other.
  func factor(_ layer: Int, asIntegers: Bool) -> Float {
    let scale = integers?.scales[layer] ?? 1
    return asIntegers ? 1 / scale : scale
  }

  /// Whether a convolution or a fully connected layer multiplies integers.
  func isQuantized(_ unit: Unit) -> Bool { integers?.isMultiplied(graph.layers[unit.head]) ?? false }

  /// How an addend is read by the convolution that adds to it: as its sum is stored, but for the sign.
  func addendLayout(_ addend: Int, _ unit: Unit) -> Layout {
    layout(addend, asIntegers: layouts[unit.output].element.isInteger)
  }

  /// What a convolution's sums of products of integers are multiplied by.
  ///
  /// Where something is added, the result is in units of that, so that addends of all scales are added by the same code;
  /// a single factor behind the addition brings the sum to its own scale. Otherwise it is in units of the output.
  func scaling(_ unit: Unit) -> PackedWeights.Scaling {
    let source = factor(graph.layers[unit.head].inputs[0], asIntegers: false)
    guard layouts[unit.output].element.isInteger else { return .init(source: source, sum: 1) }
    return .init(source: source, sum: factor(unit.addend ?? unit.output, asIntegers: false))
  }

  /// The scale of a unit's output in units of its addend's.
  func sumScale(_ unit: Unit) -> Float? {
    unit.addend.map { factor(unit.output, asIntegers: false) / factor($0, asIntegers: false) }
  }
}
