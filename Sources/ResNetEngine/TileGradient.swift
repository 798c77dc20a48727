import ResNetCore
import ResNetKernels

/// The gradient of a convolution's weights by tiles of bfloat16 matrices; see `ResNetTiles`. oneDNN turns the data round
/// for that in ways that cost several times the products where channels are few.
struct TileGradient {
  private let shape: ConvolutionShape
  private let parts: Int

  /// - Parameter hasTiles: whether oneDNN may use tiles.
  /// - Returns: `nil` where oneDNN serves better, or alone serves: for other kinds of convolutions and processors, and
  ///   where the sums of each thread would be large beside what is summed up.
  init?(_ shape: ConvolutionShape, hasTiles: Bool) {
    func isServed(_ layout: Layout, _ channels: Int) -> Bool {
      layout.element == .bfloat16 && layout.blocks == 1 && layout.wholeChannels == nil && channels % 16 == 0
    }
    guard hasTiles, resnet_has_tiles() != 0, [1, 3].contains(shape.kernel), shape.stride == 1,
      shape.padding == shape.kernel / 2, shape.groups == 1, !shape.hasBias,
      isServed(shape.inputLayout, shape.input[0]), isServed(shape.outputLayout, shape.output[0])
    else { return nil }
    self.shape = shape
    parts = min(shape.threads, shape.batch)
    let written = shape.weightDimensions.reduce(1, *) * MemoryLayout<Float>.stride
    guard shape.inputBytes + shape.outputGradientBytes >= parts * written else { return nil }
  }

  /// Height, width and number of the images. To a kernel of 1 × 1 all positions are alike: they make rows that fill whole
  /// tiles, short enough for what is laid out of them to stay in the caches.
  private var images: (batch: Int, height: Int, width: Int) {
    let (height, width) = (shape.output[1], shape.output[2])
    let positions = shape.batch * height * width
    let row = stride(from: 512, through: 32, by: -32).first { positions % $0 == 0 }
    guard shape.kernel == 1, let row else { return (shape.batch, height, width) }
    return (positions / row, 1, row)
  }

  /// The call but for its addresses.
  private var call: ResNetTileGradient {
    let images = images
    return ResNetTileGradient(
      batch: Int64(images.batch), inputs: Int64(shape.input[0]), outputs: Int64(shape.output[0]),
      height: Int64(images.height), width: Int64(images.width), kernel: Int64(shape.kernel), parts: Int64(parts),
      input: nil, output_gradient: nil, gradient: nil, scratch: nil)
  }

  /// What it works in, in bytes.
  var scratchBytes: Int {
    var call = call
    return Int(resnet_tile_gradient_scratch(&call))
  }

  @EngineActor
  func step(
    _ binder: Binder, input: UnsafeRawPointer?, gradient: UnsafeRawPointer?, scratch: UnsafeMutableRawPointer?,
    result: UnsafeMutablePointer<Float>
  ) -> Step {
    var call = call
    call.input = input
    call.output_gradient = gradient
    call.gradient = result
    call.scratch = scratch
    return binder.step(resnet_tile_gradient, call)
  }
}

extension Lowering {
  /// Writes the gradient of the weights to its place in the region of gradients.
  func tileGradient(_ tiles: TileGradient, _ unit: Unit, input: Int, gradient: Int, region: Int, place: Int) {
    let scratch = plan.value(bytes: tiles.scratchBytes)
    plan.step("weight gradient", layer: unit.head, uses: [input, gradient, region, scratch]) { binder in
      tiles.step(
        binder, input: binder.address(input), gradient: binder.address(gradient), scratch: binder.address(scratch),
        result: binder.floats(region) + place)
    }
  }
}
