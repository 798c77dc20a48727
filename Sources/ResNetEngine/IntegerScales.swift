import ResNetCore
import ResNetGraph

/// What the integers of 8 bits stand for that layers' outputs are stored in.
struct IntegerScales {
  /// By layer, what 1 stands for; `nil` where that is not known, and the layer's numbers never become integers.
  let scales: [Float?]
  /// By layer, the integers for its numbers: without a sign where none of them can be negative.
  let elements: [Element]
  /// By layer, the one that it has its scale from: itself, or the one whose numbers it passes on.
  let origins: [Int]

  /// - Parameters:
  ///   - greatestUnsigned: the greatest integer without a sign that is used; 255 is what scales count on.
  ///   - scale: the scale of a layer by its name.
  init(_ graph: Graph, greatestUnsigned: Float = 255, scale: (String) -> Float?) {
    var origins: [Int] = []
    var isPositive: [Bool] = []
    for (position, layer) in graph.layers.enumerated() {
      origins.append(layer.operation.passesOn ? origins[layer.inputs[0]] : position)
      let known =
        switch layer.operation {
        case .relu, .sigmoid: true
        case .zeroPadding, .maxPooling, .averagePooling, .globalAveragePooling, .flatten, .concatenation, .add,
          .multiplication, .dropout:
          layer.inputs.allSatisfy { isPositive[$0] }
        case .input, .convolution, .linear, .batchNormalization, .affine: false
        }
      isPositive.append(known)
    }
    self.origins = origins
    elements = isPositive.map { $0 ? .uint8 : .int8 }
    scales = zip(origins, isPositive).map { origin, isPositive in
      scale(graph.layers[origin].name).map { isPositive ? $0 * 255 / greatestUnsigned : $0 }
    }
  }

  /// Whether a layer multiplies integers.
  func isMultiplied(_ layer: Layer) -> Bool { layer.operation.isLinear && scales[layer.inputs[0]] != nil }

  /// The layers whose outputs are stored as integers: where somebody reads them so, and who makes them can.
  func stored(_ graph: Graph, _ fusion: Fusion) -> [Int] {
    var isWanted = Array(repeating: false, count: graph.layers.count)
    for unit in fusion.units.reversed() {
      let layer = graph.layers[unit.head]
      switch layer.operation {
      case .convolution, .linear:
        guard isMultiplied(layer) else { break }
        isWanted[layer.inputs[0]] = true
        if let addend = unit.addend, isWanted[unit.output] { isWanted[addend] = true }
      case .zeroPadding, .maxPooling, .flatten:
        if isWanted[unit.output] { isWanted[layer.inputs[0]] = true }
      case .globalAveragePooling: isWanted[layer.inputs[0]] = true
      default: break
      }
    }
    var isStored = Array(repeating: false, count: graph.layers.count)
    isStored[0] = isWanted[0] && scales[0] != nil
    for unit in fusion.units where unit.output != graph.output && isWanted[unit.output] && scales[unit.output] != nil {
      let layer = graph.layers[unit.head]
      isStored[unit.output] =
        layer.operation.passesOn ? isStored[layer.inputs[0]] : isMultiplied(layer) && canAdd(unit.addend)
    }
    return isStored.indices.filter { isStored[$0] }
  }

  private func canAdd(_ addend: Int?) -> Bool { addend.map { scales[$0] != nil } ?? true }
}

extension Operation {
  /// Whether its numbers are those of its input, and zeros.
  fileprivate var passesOn: Bool {
    switch self {
    case .zeroPadding, .maxPooling, .flatten: true
    default: false
    }
  }
}
