import ResNetCore
import ResNetKernels

/// A convolution, or the gradient of its input, by tiles of bfloat16 matrices; see `ResNetTileConvolution`.
struct TileConvolution: OwnConvolution {
  private let batch: Int
  private let inputs: Int
  private let outputs: Int
  private let height: Int
  private let width: Int
  private let threads: Int
  private let isReversed: Bool

  /// An image with its border is laid out whole: a larger one leaves the second-level cache.
  private static let mostImageBytes = 1 << 20

  /// Weights that the second-level cache does not hold are read once for several images.
  private static let leastWeightBytes = 2 << 20

  /// - Parameter hasTiles: whether oneDNN may use tiles.
  /// - Returns: `nil` where oneDNN serves better, or alone serves: for other kinds of convolutions and processors, large
  ///   images, and all but the fewest and the most channels.
  init?(_ shape: ConvolutionShape, hasTiles: Bool) {
    func isServed(_ layout: Layout, _ channels: Int) -> Bool {
      layout.element == .bfloat16 && layout.blocks == 1 && layout.wholeChannels == nil && channels % 16 == 0
    }
    guard hasTiles, resnet_has_tiles() != 0, shape.kernel == 3, shape.stride == 1, shape.padding == 1,
      shape.groups == 1, isServed(shape.inputLayout, shape.input[0]), isServed(shape.outputLayout, shape.output[0]),
      (shape.addend ?? .bfloat16) == .bfloat16
    else { return nil }
    self.init(
      batch: shape.batch, inputs: shape.input[0], outputs: shape.output[0], height: shape.output[1],
      width: shape.output[2], threads: shape.threads, isReversed: false)
    let imageBytes = 2 * (height + 2) * (width + 2) * max(inputs, outputs)
    guard imageBytes <= Self.mostImageBytes, isNarrow || weightBytes >= Self.leastWeightBytes else { return nil }
  }

  /// Whether pixels are taken in pairs: a pixel alone would fill half of a tile.
  private var isNarrow: Bool { inputs == 16 && outputs == 16 && width % 2 == 0 && width >= 16 }

  private init(batch: Int, inputs: Int, outputs: Int, height: Int, width: Int, threads: Int, isReversed: Bool) {
    (self.batch, self.inputs, self.outputs) = (batch, inputs, outputs)
    (self.height, self.width, self.threads, self.isReversed) = (height, width, threads, isReversed)
  }

  var reversed: TileConvolution {
    TileConvolution(
      batch: batch, inputs: outputs, outputs: inputs, height: height, width: width, threads: threads,
      isReversed: !isReversed)
  }

  var weightOrder: OwnWeightOrder { .tiles(isReversed: isReversed) }

  var weightBytes: Int { Int(resnet_tile_convolution_weight_bytes(Int64(inputs), Int64(outputs), Int64(width))) }

  /// The call but for its addresses. Threads share the images where each gets one, and otherwise the outputs too.
  private var call: ResNetTileConvolution {
    let imageParts = min(batch, threads)
    return ResNetTileConvolution(
      batch: Int64(batch), inputs: Int64(inputs), outputs: Int64(outputs), height: Int64(height), width: Int64(width),
      image_parts: Int64(imageParts), output_parts: Int64(min(threads / imageParts, (outputs / 16 + 1) / 2)),
      input: nil, weights: nil, bias: nil, output: nil, scratch: nil, adds: 0, relu: 0)
  }

  var scratchBytes: Int {
    var call = call
    return Int(resnet_tile_convolution_scratch(&call))
  }

  @EngineActor
  func packing(_ binder: Binder, from plain: UnsafeMutableRawPointer?, to memory: UnsafeMutableRawPointer?) -> Step {
    binder.step(
      resnet_tile_weights,
      ResNetTileWeights(
        inputs: Int64(inputs), outputs: Int64(outputs), width: Int64(width),
        from: plain?.assumingMemoryBound(to: Float.self), to: memory,
        is_reversed: isReversed ? 1 : 0))
  }

  @EngineActor
  func step(_ binder: Binder, _ operands: OwnConvolutionOperands) -> Step {
    var call = call
    call.input = UnsafeRawPointer(operands.input)
    call.weights = UnsafeRawPointer(operands.weights)
    call.bias = UnsafePointer(operands.bias)
    call.output = operands.output
    call.scratch = operands.scratch
    call.adds = operands.adds ? 1 : 0
    call.relu = operands.relu ? 1 : 0
    return binder.step(resnet_tile_convolution, call)
  }
}
