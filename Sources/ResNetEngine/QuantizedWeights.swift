import ResNetCore

/// Weights of a layer as integers of 8 bits: each is its integer times the scale of its output.
///
/// The greatest magnitude of an output's weights becomes 127. Scales have 17 significant bits, so that products with the
/// integers are exact in single precision: weights that were integers once become the same integers, and scales, again.
package struct QuantizedWeights: Hashable, Sendable {
  /// `[outputs, …]`, from -127 to 127.
  package let integers: Int8Tensor
  /// `[outputs]`; 1 where an output has no weights but zeros.
  package let scales: Tensor

  /// Takes the nearest integers, of two equally near the even one.
  package init(_ weights: Tensor) {
    var scales = [Float](repeating: 1, count: weights.shape.dimensions.first ?? 0)
    let integers = [Int8](unsafeUninitializedCapacity: weights.scalars.count) { integers, count in
      count = weights.scalars.count
      integers.initialize(repeating: 0)
      weights.scalars.withUnsafeBufferPointer { weights in
        scales.withUnsafeMutableBufferPointer { Self.quantize(weights, integers: integers, scales: $0) }
      }
    }
    self.integers = Int8Tensor(shape: weights.shape, scalars: integers)
    self.scales = Tensor(shape: [scales.count], scalars: scales)
  }

  /// Puts integers and scales together.
  ///
  /// - Precondition: there is a scale for each output.
  package init(integers: Int8Tensor, scales: Tensor) {
    precondition(scales.shape == [integers.shape.dimensions.first ?? 0], "as many scales as outputs")
    self.integers = integers
    self.scales = scales
  }

  /// The weights that they stand for.
  package var weights: Tensor {
    let each = integers.scalars.count / max(scales.scalars.count, 1)
    var result = Tensor(repeating: 0, shape: integers.shape)
    for (output, scale) in scales.scalars.enumerated() {
      for place in output * each..<(output + 1) * each {
        result.scalars[place] = Float(integers.scalars[place]) * scale
      }
    }
    return result
  }

  /// Fills integers and scales, one for each output.
  ///
  /// Weights that are not finite make their output's scale one that is no number, as they would the output.
  static func quantize(
    _ weights: UnsafeBufferPointer<Float>, integers: UnsafeMutableBufferPointer<Int8>,
    scales: UnsafeMutableBufferPointer<Float>
  ) {
    let each = weights.count / max(scales.count, 1)
    for output in scales.indices {
      let row = UnsafeBufferPointer(rebasing: weights[output * each..<(output + 1) * each])
      let scale = scale(of: row)
      scales[output] = scale
      for (place, weight) in row.enumerated() {
        let rounded = (weight / scale).rounded(.toNearestOrEven)
        integers[output * each + place] = rounded.magnitude <= 127 ? Int8(rounded) : 0
      }
    }
  }

  private static func scale(of row: UnsafeBufferPointer<Float>) -> Float {
    var greatest: Float = 0
    for weight in row {
      guard weight.isFinite else { return .nan }
      greatest = max(greatest, weight.magnitude)
    }
    // Weights that are too small for an exact scale become zeros.
    guard greatest / 127 >= .leastNormalMagnitude else { return 1 }
    // Rounded up, so that no weight is beyond 127.
    let bits = (greatest / 127).bitPattern
    return Float(bitPattern: (bits + 0x7f) & ~0x7f)
  }
}
