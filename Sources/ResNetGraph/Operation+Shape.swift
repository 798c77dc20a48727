import ResNetCore

extension Operation {
  /// The shape of one sample's output.
  ///
  /// - Throws: `ResNetError` of code `usage` that names the layer and the shapes which do not fit.
  func outputShape(of inputs: [Shape], at name: String) throws -> Shape {
    func refuse(_ message: String, _ remedy: String) -> ResNetError {
      ResNetError(.usage, message, at: name, remedy: remedy)
    }
    func image() throws -> Shape {
      guard inputs[0].rank == 3 else {
        throw refuse(
          "an image of shape channels×height×width is needed, not \(inputs[0])", "Put the layer before pooling")
      }
      return inputs[0]
    }
    func windows(_ size: Int, kernel: Int, stride: Int, padding: Int, roundsUp: Bool = false) throws -> Int {
      guard kernel > 0, stride > 0, padding >= 0, kernel <= 1 << 16, stride <= 1 << 16, padding <= 1 << 16 else {
        throw refuse(
          "kernel \(kernel), stride \(stride), padding \(padding) are not possible", "Use sizes of 1 or more")
      }
      guard size + 2 * padding >= kernel else {
        throw refuse(
          "a window of \(kernel) does not fit in \(size) pixels with \(padding) of padding",
          "Use a larger input or fewer stages")
      }
      let count = (size + 2 * padding - kernel) / stride + 1
      // A window more for what is left over, unless it would begin in the padding.
      let hasRest = roundsUp && (count - 1) * stride + kernel < size + 2 * padding && count * stride < size + padding
      return hasRest ? count + 1 : count
    }
    func outputs(_ count: Int) throws -> Int {
      guard (1...(1 << 24)).contains(count) else {
        throw refuse("\(count) outputs are not possible", "Use 1 to 16,777,216")
      }
      return count
    }

    switch self {
    case .input(let shape):
      guard shape.rank == 3 || shape.rank == 1, shape.dimensions.allSatisfy({ (1...(1 << 24)).contains($0) }) else {
        throw refuse("an input of shape \(shape) is not possible", "Use channels×height×width or a number of features")
      }
      return shape
    case .convolution(let layer):
      let input = try image()
      guard layer.groups > 0, input[0] % layer.groups == 0, layer.outputs % layer.groups == 0 else {
        throw refuse(
          "\(layer.groups) groups cannot share \(input[0]) channels in and \(layer.outputs) out",
          "Use a number of groups that divides both")
      }
      return try [
        outputs(layer.outputs),
        windows(input[1], kernel: layer.kernel, stride: layer.stride, padding: layer.padding),
        windows(input[2], kernel: layer.kernel, stride: layer.stride, padding: layer.padding),
      ]
    case .linear(let layer):
      guard inputs[0].rank == 1 else {
        throw refuse("a vector is needed, not \(inputs[0])", "Flatten or pool the image first")
      }
      return try [outputs(layer.outputs)]
    case .batchNormalization, .relu, .sigmoid:
      return inputs[0]
    case .affine(let scale, let offset):
      guard scale.isFinite, offset.isFinite else {
        throw refuse("the factor \(scale) or the offset \(offset) is not finite", "Use finite numbers")
      }
      return inputs[0]
    case .dropout(let dropout):
      guard dropout.rate >= 0, dropout.rate < 1 else {
        throw refuse("a share of \(dropout.rate) cannot be left out", "Use 0 or more, and less than 1")
      }
      return inputs[0]
    case .multiplication:
      guard inputs[0] == inputs[1] || inputs[1] == [inputs[0][0]] else {
        throw refuse(
          "\(inputs[0]) cannot be multiplied by \(inputs[1])",
          "Give factors of the same shape, or one for each channel")
      }
      return inputs[0]
    case .concatenation:
      guard inputs.count > 1, inputs.allSatisfy({ $0.dimensions.dropFirst() == inputs[0].dimensions.dropFirst() })
      else {
        throw refuse(
          "\(inputs.map(\.description).joined(separator: " and ")) cannot be joined by their channels",
          "Bring them to one height and width first")
      }
      var shape = inputs[0]
      shape.dimensions[0] = try outputs(inputs.reduce(0) { $0 + $1[0] })
      return shape
    case .add:
      guard inputs[0] == inputs[1] else {
        throw refuse(
          "the branch gives \(inputs[0]) and the shortcut \(inputs[1])",
          "Give the shortcut a projection or zero-padding to the branch's shape")
      }
      return inputs[0]
    case .zeroPadding(let padding):
      let limits = 0...(1 << 24)
      guard limits.contains(padding.before), limits.contains(padding.after), padding.stride > 0 else {
        throw refuse(
          "zero-padding cannot take channels away (\(padding.before) before, \(padding.after) after, stride \(padding.stride))",
          "Use a projection where a shortcut has fewer channels")
      }
      var shape = inputs[0]
      shape.dimensions[0] = try outputs(shape[0] + padding.before + padding.after)
      guard shape.rank == 3 || padding.stride == 1 else {
        throw refuse("a vector has no pixels to stride over", "Use stride 1")
      }
      for axis in 1..<max(shape.rank, 1) { shape.dimensions[axis] = (shape[axis] - 1) / padding.stride + 1 }
      return shape
    case .maxPooling(let pooling), .averagePooling(let pooling):
      let input = try image()
      guard pooling.padding <= pooling.kernel / 2 else {
        throw refuse("padding \(pooling.padding) is more than half of kernel \(pooling.kernel)", "Use less padding")
      }
      return try [
        input[0],
        windows(
          input[1], kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding,
          roundsUp: pooling.roundsUp),
        windows(
          input[2], kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding,
          roundsUp: pooling.roundsUp),
      ]
    case .globalAveragePooling:
      return try [image()[0]]
    case .flatten:
      return [try inputs[0].checkedCount()]
    }
  }

  /// The parameters under torchvision's names.
  func parameters(name: String, input: Shape) -> [Parameter] {
    func weightAndBias(_ weight: Initializer, _ bias: Initializer?, shape: Shape, area: Int) -> [Parameter] {
      let fanIn = shape[1] * area
      let fanOut = shape[0] * area
      let made = Parameter(
        name: name + ".weight", kind: .weight, shape: shape, initializer: weight, fanIn: fanIn, fanOut: fanOut)
      guard let bias else { return [made] }
      return [
        made,
        Parameter(
          name: name + ".bias", kind: .bias, shape: [shape[0]], initializer: bias, fanIn: fanIn, fanOut: fanOut),
      ]
    }
    switch self {
    case .convolution(let layer):
      return weightAndBias(
        layer.weight, layer.bias, shape: [layer.outputs, input[0] / layer.groups, layer.kernel, layer.kernel],
        area: layer.kernel * layer.kernel)
    case .linear(let layer):
      return weightAndBias(layer.weight, layer.bias, shape: [layer.outputs, input[0]], area: 1)
    case .batchNormalization(let layer):
      let parts: [(String, Parameter.Kind, Initializer)] = [
        ("weight", .scale, layer.scale), ("bias", .shift, .constant(0)),
        ("running_mean", .runningMean, .constant(0)), ("running_var", .runningVariance, .constant(1)),
      ]
      return parts.map { suffix, kind, initializer in
        Parameter(
          name: "\(name).\(suffix)", kind: kind, shape: [input[0]], initializer: initializer, fanIn: 1, fanOut: 1)
      }
    case .input, .relu, .add, .zeroPadding, .maxPooling, .averagePooling, .globalAveragePooling, .flatten,
      .concatenation, .sigmoid, .affine, .multiplication, .dropout:
      return []
    }
  }
}
