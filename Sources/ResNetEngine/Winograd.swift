import ResNetCore
import ResNetKernels

/// A convolution, or the gradient of its input, by Winograd's minimal filtering; see `ResNetWinograd`.
struct Winograd: OwnConvolution {
  var batch: Int
  /// Channels that are read and written.
  var inputs: Int
  var outputs: Int
  var height: Int
  var width: Int
  /// A tile is so many results wide and high: 2 or 4.
  var step: Int
  var threads: Int
  /// Whether it is the gradient of the input, which is a convolution of the output's with the weights turned round.
  var isReversed = false

  /// With fewer tiles reading the transformed weights takes the time that their products save.
  private static let leastTiles = 32

  /// - Returns: `nil` where oneDNN serves better: for other kinds of convolutions, for images so small that many of the
  ///   products are of what lies beyond their edges, for too few of them, and where vectors have not 512 bits.
  init?(_ shape: ConvolutionShape) {
    func isServed(_ layout: Layout) -> Bool { layout.isBlocked && layout.lanes == 16 && layout.element == .float32 }
    guard shape.kernel == 3, shape.stride == 1, shape.padding == 1, shape.groups == 1, isServed(shape.inputLayout),
      isServed(shape.outputLayout)
    else { return nil }
    (batch, threads) = (shape.batch, shape.threads)
    (inputs, outputs) = (shape.input[0], shape.output[0])
    (height, width) = (shape.output[1], shape.output[2])
    step = 2
    var large = self
    large.step = 4
    if inputs + outputs <= Self.mostChannelsOfLargeTiles, 4 * large.products <= 3 * products,
      batch * large.tiles >= Self.leastTiles
    {
      step = 4
    }
    guard batch * tiles >= Self.leastTiles, 3 * products <= 2 * 9 * height * width else { return nil }
  }

  /// With more channels, read and written together, what is transformed of large tiles leaves the caches.
  private static let mostChannelsOfLargeTiles = 256

  var reversed: Winograd {
    var reversed = self
    (reversed.inputs, reversed.outputs, reversed.isReversed) = (outputs, inputs, !isReversed)
    return reversed
  }

  /// Products for the results of a tile, for one input and output.
  private var places: Int { (step + 2) * (step + 2) }

  /// Tiles that cover an image.
  private var tiles: Int { (height + step - 1) / step * ((width + step - 1) / step) }

  /// Products for an image, for one input and output.
  private var products: Int { places * tiles }

  var weightOrder: OwnWeightOrder { .winograd(step: step, isReversed: isReversed) }

  var weightBytes: Int { places * inputs * outputs * MemoryLayout<Float>.stride }

  @EngineActor
  func packing(_ binder: Binder, from plain: UnsafeMutableRawPointer?, to memory: UnsafeMutableRawPointer?) -> Step {
    binder.step(
      resnet_winograd_weights,
      ResNetWinogradWeights(
        inputs: Int64(inputs), outputs: Int64(outputs), step: Int64(step),
        from: plain?.assumingMemoryBound(to: Float.self), to: memory?.assumingMemoryBound(to: Float.self),
        is_reversed: isReversed ? 1 : 0))
  }

  /// How many threads share the tiles, and the outputs.
  private struct Parts {
    var tiles: Int
    var outputs: Int

    /// - Parameter tiles: among how many of the threads the tiles are shared; the others share the outputs.
    init(_ winograd: Winograd, tiles: Int) {
      self.tiles = min(max(tiles, 1), winograd.threads)
      outputs = min(winograd.threads / self.tiles, winograd.outputs / 16)
    }

    /// What is transformed of so many tiles by all of them.
    func transformed(_ winograd: Winograd, tiles: Int) -> Int {
      let widest = (winograd.outputs / 16 + outputs - 1) / outputs * 16
      return self.tiles * outputs * winograd.places * tiles * (winograd.inputs + widest)
    }
  }

  /// Each thread has tiles to work on at once as long as there are enough of them: weights are read once for all of these.
  private var parts: Parts {
    Parts(self, tiles: batch * tiles / tilesTogether)
  }

  /// Tiles that a part works on at a time.
  private var tilesTogether: Int { RESNET_WINOGRAD_TILES }
  private var gradientTilesTogether: Int { Int(resnet_winograd_gradient_tiles(Int64(step))) }

  var scratchBytes: Int { parts.transformed(self, tiles: tilesTogether) * MemoryLayout<Float>.stride }

  /// The convolution but for its addresses.
  var call: ResNetWinograd {
    ResNetWinograd(
      batch: Int64(batch), inputs: Int64(inputs), outputs: Int64(outputs), height: Int64(height), width: Int64(width),
      step: Int64(step), tile_parts: Int64(parts.tiles), output_parts: Int64(parts.outputs), input: nil, weights: nil,
      bias: nil,
      output: nil, scratch: nil, adds: 0, relu: 0)
  }

  @EngineActor
  func step(_ binder: Binder, _ operands: OwnConvolutionOperands) -> Step {
    func floats(_ address: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Float>? {
      address?.assumingMemoryBound(to: Float.self)
    }
    var call = call
    call.input = UnsafePointer(floats(operands.input))
    call.weights = UnsafePointer(floats(operands.weights))
    call.bias = UnsafePointer(operands.bias)
    call.output = floats(operands.output)
    call.scratch = floats(operands.scratch)
    call.adds = operands.adds ? 1 : 0
    call.relu = operands.relu ? 1 : 0
    return binder.step(resnet_winograd, call)
  }

  /// What the sums of all threads may take together, in bytes; where they would take more, threads share the outputs.
  private static let greatestSums = 24 << 20

  private var gradientParts: Parts {
    // No more of them than have tiles to work on: each has sums to clear and to add up.
    Parts(self, tiles: min(batch * tiles / gradientTilesTogether, Self.greatestSums / weightBytes))
  }

  /// Whether it serves for the gradient of the weights too: not where the sums alone would take a lot of memory.
  var servesWeightGradient: Bool { weightBytes <= 2 * Self.greatestSums }

  /// Scratch memory for the gradient of the weights, in values.
  var gradientScratchCount: Int {
    gradientParts.tiles * places * inputs * outputs
      + gradientParts.transformed(self, tiles: gradientTilesTogether)
  }

  /// The gradient of the weights but for its addresses.
  var gradientCall: ResNetWinogradGradient {
    ResNetWinogradGradient(
      batch: Int64(batch), inputs: Int64(inputs), outputs: Int64(outputs), height: Int64(height), width: Int64(width),
      step: Int64(step), tile_parts: Int64(gradientParts.tiles), output_parts: Int64(gradientParts.outputs), input: nil,
      output_gradient: nil, gradient: nil, scratch: nil)
  }
}
