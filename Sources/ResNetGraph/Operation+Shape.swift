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
    func windows(_ size: Int, kernel: Int, stride: Int, padding: Int) throws -> Int {
      guard kernel > 0, stride > 0, padding >= 0, kernel <= 1 << 16, stride <= 1 << 16, padding <= 1 << 16 else {
        throw refuse(
          "kernel \(kernel), stride \(stride), padding \(padding) are not possible", "Use sizes of 1 or more")
      }
      guard size + 2 * padding >= kernel else {
        throw refuse(
          "a window of \(kernel) does not fit in \(size) pixels with \(padding) of padding",
          "Use a larger input or fewer stages")
      }
      return (size + 2 * padding - kernel) / stride + 1
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
    case .batchNormalization, .relu:
      return inputs[0]
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
    case .maxPooling(let pooling):
      let input = try image()
      guard pooling.padding <= pooling.kernel / 2 else {
        throw refuse("padding \(pooling.padding) is more than half of kernel \(pooling.kernel)", "Use less padding")
      }
      return try [
        input[0],
        windows(input[1], kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding),
        windows(input[2], kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding),
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
        layer.weight, layer.bias, shape: [layer.outputs, input[0], layer.kernel, layer.kernel],
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
    case .input, .relu, .add, .zeroPadding, .maxPooling, .globalAveragePooling, .flatten:
      return []
    }
  }
}
