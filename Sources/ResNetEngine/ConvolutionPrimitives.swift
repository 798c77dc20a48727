import COneDNN
import ResNetCore

/// Everything that decides the code of a convolution; equal ones share it, however deep the network.
struct ConvolutionShape: Hashable {
  var batch: Int
  /// `[channels, height, width]`; a vector is an image of one pixel.
  var input: Shape
  var output: Shape
  var kernel: Int
  var stride: Int
  var padding: Int
  var groups = 1
  var inputLayout: Layout
  var outputLayout: Layout
  /// Primitives are made for a number of threads.
  var threads: Int
  var hasBias: Bool
  /// Whether there will be gradients, which must agree with the forward pass.
  var training: Bool
  /// How what the destination holds is stored, where the result is added to that.
  var addend: Element?
  /// Whether ReLU follows.
  var relu = false

  /// `[outputs, inputs, kernel, kernel]`, or `[groups, outputs / groups, inputs / groups, kernel, kernel]`: the same values.
  var weightDimensions: [Int] {
    groups == 1
      ? [output[0], input[0], kernel, kernel]
      : [groups, output[0] / groups, input[0] / groups, kernel, kernel]
  }

  /// The same convolution of a single large image where that is possible: to a kernel of 1 × 1 all positions are alike, and
  /// oneDNN then reads the weights once for several images. It does so where channels lie last.
  var withPositionsAlike: ConvolutionShape {
    func isLast(_ layout: Layout) -> Bool { layout.blocks == 1 && !layout.isBlocked && layout.wholeChannels == nil }
    guard kernel == 1, stride == 1, padding == 0, batch > 1, isLast(inputLayout), isLast(outputLayout) else {
      return self
    }
    func joined(_ image: Shape) -> Shape { [image[0], batch * image[1], image[2]] }
    var shape = self
    (shape.batch, shape.input, shape.output) = (1, joined(input), joined(output))
    shape.inputLayout.positions *= batch
    shape.outputLayout.positions *= batch
    return shape
  }

  /// How the gradient of the input comes where images have fewer channels than a block: filled up to one, because oneDNN 3.2
  /// has nothing but plain loops otherwise (25 ms for a CIFAR image instead of less than one). `nil`: as the input lies.
  var filledGradientLayout: Layout? {
    guard outputLayout.isBlocked, !inputLayout.isBlocked, groups == 1, input[0] < outputLayout.lanes else { return nil }
    return Layout(
      blocks: 1, positions: input[1] * input[2], lanes: outputLayout.lanes, isBlocked: true,
      element: inputLayout.element)
  }

  /// What the batch takes before and behind the convolution, in bytes.
  var inputBytes: Int { batch * inputLayout.bytes }
  var outputBytes: Int { batch * outputLayout.bytes }
  /// What the gradient of the input takes.
  var inputGradientBytes: Int { batch * (filledGradientLayout ?? inputLayout).bytes }
  /// What the gradient of the output takes, which is stored as the input is.
  var outputGradientBytes: Int { batch * outputLayout.storing(inputLayout.element).bytes }

  /// Whether integers are multiplied.
  var isQuantized: Bool { inputLayout.element.isInteger }

  /// How packed weights are stored.
  var weightElement: Element { isQuantized ? .int8 : inputLayout.element }

  /// Whether the sum of result and addend, which has the addend's scale, must be brought to another one.
  var scalesSum: Bool { addend != nil && outputLayout.element.isInteger }

  /// The arguments that have scales: weights for each output, of each group.
  fileprivate var scales: [(OneDNNIndex, Int32)] {
    (isQuantized ? [(.weights, groups == 1 ? 1 : 3)] : []) + (isQuantized && scalesSum ? [(.destination, 0)] : [])
  }
}

/// The primitives of one convolution shape, made when first asked for.
@EngineActor
final class ConvolutionPrimitives {
  let shape: ConvolutionShape
  let source: Descriptor
  let destination: Descriptor
  /// The gradient of the source, which may lie in another way.
  let sourceGradient: Descriptor
  /// The gradient of the destination: stored as the source is.
  let destinationGradient: Descriptor
  let bias: Descriptor?
  /// Of the scales of the outputs' weights, and of the sum.
  let scales: (weights: Descriptor, sum: Descriptor?)?
  let forward: Primitive
  /// The format of weights that the forward pass reads.
  let forwardWeights: Descriptor

  private let runtime: OneDNNRuntime
  private let forwardDescriptor: OneDNNPrimitiveDescriptor
  private var madeBackwardData: (Primitive, Descriptor)?
  private var madeBackwardWeights: (Primitive, Descriptor, Primitive?)?

  init(_ shape: ConvolutionShape, _ runtime: OneDNNRuntime) throws {
    self.shape = shape
    self.runtime = runtime
    let batched = { (sample: Shape) in [shape.batch] + sample.dimensions }
    source = try .make(batched(shape.input), shape.inputLayout, runtime)
    sourceGradient = try shape.filledGradientLayout.map { try .make(batched(shape.input), $0, runtime) } ?? source
    destination = try .make(batched(shape.output), shape.outputLayout, runtime)
    destinationGradient = try .make(
      batched(shape.output), shape.outputLayout.storing(shape.inputLayout.element), runtime)
    bias = shape.hasBias ? try .make([shape.output[0]], .a, runtime) : nil
    if shape.isQuantized {
      let sum = shape.scalesSum ? try Descriptor.make([1], .a, runtime) : nil
      scales = (try .make([shape.output[0]], .a, runtime), sum)
    } else {
      scales = nil
    }
    let anyWeights = try Descriptor.make(shape.weightDimensions, .any, storing: shape.weightElement, runtime)
    let attributes = try Attributes(runtime, addend: shape.addend, relu: shape.relu, scales: shape.scales)
    defer { withExtendedLifetime((anyWeights, attributes)) {} }
    var made: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.convolution_forward_primitive_desc_create(
        &made, runtime.engine, shape.training ? .forwardTraining : .forwardInference, .convolutionDirect,
        source.pointer, anyWeights.pointer, bias?.pointer, destination.pointer, shape.strides, [0, 0], shape.paddings,
        shape.paddings, attributes.pointer), "a convolution of \(shape.input) to \(shape.output)")
    forwardDescriptor = try Primitive.unwrap(made)
    forward = try Primitive(forwardDescriptor, runtime)
    forwardWeights = try forward.format(.weightsDescriptor, runtime)
  }

  /// The gradient of the input, and the format of weights that it reads.
  func backwardData() throws -> (primitive: Primitive, weights: Descriptor) {
    if let (primitive, weights) = madeBackwardData { return (primitive, weights) }
    let anyWeights = try Descriptor.make(shape.weightDimensions, .any, storing: shape.inputLayout.element, runtime)
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime((anyWeights, attributes)) {} }
    var made: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.convolution_backward_data_primitive_desc_create(
        &made, runtime.engine, .convolutionDirect, sourceGradient.pointer, anyWeights.pointer,
        destinationGradient.pointer,
        shape.strides, [0, 0], shape.paddings, shape.paddings, forwardDescriptor, attributes.pointer),
      "the input gradient of a convolution of \(shape.input) to \(shape.output)")
    let primitive = try Primitive(Primitive.unwrap(made), runtime)
    let weights = try primitive.format(.weightsDescriptor, runtime)
    madeBackwardData = (primitive, weights)
    return (primitive, weights)
  }

  /// The gradient of weights and biases, the format in which it comes, and what brings it into plain order where it is not.
  func backwardWeights() throws -> (primitive: Primitive, gradient: Descriptor, toPlain: Primitive?) {
    if let (primitive, gradient, toPlain) = madeBackwardWeights { return (primitive, gradient, toPlain) }
    return try runtime.with(threads: shape.threads) { try makeBackwardWeights() }
  }

  private func makeBackwardWeights() throws -> (primitive: Primitive, gradient: Descriptor, toPlain: Primitive?) {
    let anyWeights = try Descriptor.make(shape.weightDimensions, .any, runtime)
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime((anyWeights, attributes)) {} }
    var made: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.convolution_backward_weights_primitive_desc_create(
        &made, runtime.engine, .convolutionDirect, source.pointer, anyWeights.pointer, bias?.pointer,
        destinationGradient.pointer, shape.strides, [0, 0], shape.paddings, shape.paddings, forwardDescriptor,
        attributes.pointer),
      "the weight gradient of a convolution of \(shape.input) to \(shape.output)")
    let primitive = try Primitive(Primitive.unwrap(made), runtime)
    let gradient = try primitive.format(.weightsGradientDescriptor, runtime)
    let plain = try Descriptor.plain(shape.weightDimensions, runtime)
    let toPlain = gradient.isSame(as: plain) ? nil : try Primitive.reorder(from: gradient, to: plain, runtime)
    madeBackwardWeights = (primitive, gradient, toPlain)
    return (primitive, gradient, toPlain)
  }
}

extension ConvolutionShape {
  fileprivate var strides: [Int64] { [Int64(stride), Int64(stride)] }
  fileprivate var paddings: [Int64] { [Int64(padding), Int64(padding)] }
}
