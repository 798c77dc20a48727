import ResNetKernels
import Testing

/// Convolutions and gradients of weights by tiles of bfloat16 matrices against plain loops.
@Suite(.enabled("this processor multiplies tiles of bfloat16 matrices") { resnet_has_tiles() != 0 })
struct TileKernelTests {
  /// A convolution of stride 1 that keeps the size of its images.
  struct Case: CustomTestStringConvertible, Sendable {
    var batch: Int
    var inputs: Int
    var outputs: Int
    var height: Int
    var width: Int
    var kernel: Int
    var parts = 1

    var definition: KeptSize { KeptSize(batch: batch, height: height, width: width, kernel: kernel) }

    func layout(_ channels: Int) -> TestLayout {
      TestLayout(batch: batch, channels: channels, positions: height * width, lanes: channels)
    }

    var testDescription: String {
      "\(batch)×\(inputs)→\(outputs), \(height)×\(width), \(kernel)×\(kernel), \(parts) parts"
    }
  }

  static let cases = [1, 3].flatMap { kernel in
    [
      Case(batch: 1, inputs: 16, outputs: 16, height: 1, width: 1, kernel: kernel),
      Case(batch: 2, inputs: 16, outputs: 16, height: 2, width: 3, kernel: kernel, parts: 2),
      Case(batch: 3, inputs: 32, outputs: 16, height: 5, width: 7, kernel: kernel, parts: 2),
      Case(batch: 3, inputs: 16, outputs: 48, height: 7, width: 4, kernel: kernel),
      Case(batch: 2, inputs: 48, outputs: 32, height: 8, width: 8, kernel: kernel, parts: 2),
      Case(batch: 5, inputs: 32, outputs: 80, height: 9, width: 13, kernel: kernel, parts: 3),
      Case(batch: 7, inputs: 16, outputs: 16, height: 32, width: 32, kernel: kernel, parts: 2),
      // Larger images than are laid out together.
      Case(batch: 2, inputs: 64, outputs: 32, height: 56, width: 55, kernel: kernel),
    ]
  }

  @Test("The gradient of the weights is that of the definition", arguments: cases)
  func gradient(_ test: Case) {
    let positions = test.height * test.width
    let input = Stored.random(test.batch * positions * test.inputs, seed: 1, as: .bfloat16)
    let gradient = Stored.random(test.batch * positions * test.outputs, seed: 2, as: .bfloat16)
    let places = test.kernel * test.kernel
    let result = Stored.filled(.nan, test.outputs * test.inputs * places)
    var call = ResNetTileGradient(
      batch: Int64(test.batch), inputs: Int64(test.inputs), outputs: Int64(test.outputs), height: Int64(test.height),
      width: Int64(test.width), kernel: Int64(test.kernel), parts: Int64(test.parts),
      input: UnsafeRawPointer(input.memory), output_gradient: UnsafeRawPointer(gradient.memory),
      gradient: result.floats, scratch: nil)
    let scratch = Stored.filled(.nan, Int(resnet_tile_gradient_scratch(&call)) / 4)
    call.scratch = scratch.memory
    // What lies in the scratch memory from the run before must not matter.
    for _ in 0..<2 { #expect(resnet_tile_gradient(&call) == 0) }
    #expect(result.isIntact && scratch.isIntact)

    let expected = test.definition.weightGradient(
      input, test.layout(test.inputs), gradient, test.layout(test.outputs))
    let worst = zip(result.values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 2e-6 * Double(test.batch * positions + 4))
  }

  /// Convolutions of 3 × 3, and into how many parts threads divide images and outputs.
  static let convolutions: [(Case, outputParts: Int)] = [
    (Case(batch: 1, inputs: 16, outputs: 16, height: 1, width: 1, kernel: 3), 1),
    (Case(batch: 2, inputs: 16, outputs: 16, height: 2, width: 3, kernel: 3, parts: 2), 1),
    (Case(batch: 3, inputs: 16, outputs: 48, height: 5, width: 16, kernel: 3, parts: 2), 2),
    (Case(batch: 3, inputs: 32, outputs: 32, height: 7, width: 4, kernel: 3), 1),
    (Case(batch: 2, inputs: 48, outputs: 80, height: 9, width: 13, kernel: 3, parts: 2), 3),
    (Case(batch: 1, inputs: 64, outputs: 32, height: 8, width: 32, kernel: 3), 1),
    // Pixels in pairs, in whole tiles and not.
    (Case(batch: 3, inputs: 16, outputs: 16, height: 5, width: 32, kernel: 3, parts: 2), 1),
    (Case(batch: 2, inputs: 16, outputs: 16, height: 7, width: 22, kernel: 3), 1),
    // Inputs of any number.
    (Case(batch: 2, inputs: 3, outputs: 16, height: 6, width: 5, kernel: 3), 1),
    (Case(batch: 2, inputs: 20, outputs: 16, height: 4, width: 17, kernel: 3), 1),
    // More weights than the second-level cache takes beside images: several of these are laid out together.
    (Case(batch: 7, inputs: 128, outputs: 144, height: 7, width: 7, kernel: 3, parts: 2), 1),
  ]

  @Test(
    "A convolution, with all that may follow it, is that of the definition", arguments: convolutions, [false, true])
  func convolution(_ test: (Case, outputParts: Int), isReversed: Bool) {
    let (test, outputParts) = test
    let (source, target) = (test.layout(test.inputs), test.layout(test.outputs))
    let input = Stored.random(source.size, seed: 1, as: .bfloat16)
    let plain = Stored.random(9 * test.inputs * test.outputs, seed: 2, as: .float32)
    // What tiles multiply are weights in bfloat16.
    let rounded = Stored(plain.values, as: .bfloat16)
    let bias = Stored.random(test.outputs, seed: 3, as: .float32)
    let before = Stored.random(target.size, seed: 4, as: .bfloat16)
    let weights = packed(plain, for: test, isReversed: isReversed)
    let sums = test.definition.sums(input, source, rounded.values, isReversed: isReversed, as: target)
    for (hasBias, adds, relu) in [(false, false, false), (true, false, true), (true, true, false), (false, true, true)]
    {
      let output = adds ? Stored(before.values, as: .bfloat16) : Stored.filled(.nan, target.size, as: .bfloat16)
      var call = ResNetTileConvolution(
        batch: Int64(test.batch), inputs: Int64(test.inputs), outputs: Int64(test.outputs), height: Int64(test.height),
        width: Int64(test.width), image_parts: Int64(test.parts), output_parts: Int64(outputParts),
        input: UnsafeRawPointer(input.memory), weights: UnsafeRawPointer(weights.memory),
        bias: hasBias ? UnsafePointer(bias.floats) : nil, output: output.memory, scratch: nil, adds: adds ? 1 : 0,
        relu: relu ? 1 : 0)
      let scratch = Stored.filled(.nan, Int(resnet_tile_convolution_scratch(&call)) / 4)
      call.scratch = scratch.memory
      #expect(resnet_tile_convolution(&call) == 0)
      #expect(output.isIntact && scratch.isIntact)
      var worst = 0.0
      for (place, found) in output.values.enumerated() {
        var expected = sums[place] + (hasBias ? bias[place % test.outputs] : 0) + (adds ? before[place] : 0)
        if relu { expected = max(expected, 0) }
        worst = max(worst, abs(found - expected) / (abs(expected) + 1))
      }
      #expect(worst < Storage.bfloat16.rounding)
    }
  }

  @Test("What is not a number is not lost in ReLU")
  func notANumber() {
    let test = Case(batch: 1, inputs: 16, outputs: 32, height: 4, width: 4, kernel: 3)
    let weights = packed(.filled(1, 9 * 16 * 32), for: test, isReversed: false)
    let input = Stored.filled(.nan, test.layout(16).size, as: .bfloat16)
    let output = Stored.filled(0, test.layout(32).size, as: .bfloat16)
    var call = ResNetTileConvolution(
      batch: 1, inputs: 16, outputs: 32, height: 4, width: 4, image_parts: 1, output_parts: 1,
      input: UnsafeRawPointer(input.memory), weights: UnsafeRawPointer(weights.memory), bias: nil,
      output: output.memory, scratch: nil, adds: 0, relu: 1)
    let scratch = Stored.filled(0, Int(resnet_tile_convolution_scratch(&call)) / 4)
    call.scratch = scratch.memory
    #expect(resnet_tile_convolution(&call) == 0)
    #expect(output.values.allSatisfy { $0.isNaN })
  }

  /// What `resnet_tile_weights` gives, in memory of its own.
  private func packed(_ weights: Stored, for test: Case, isReversed: Bool) -> Stored {
    let bytes = resnet_tile_convolution_weight_bytes(Int64(test.inputs), Int64(test.outputs), Int64(test.width))
    let result = Stored.filled(.nan, Int(bytes) / 2, as: .bfloat16)
    var call = ResNetTileWeights(
      inputs: Int64(test.inputs), outputs: Int64(test.outputs), width: Int64(test.width), from: weights.floats,
      to: result.memory,
      is_reversed: isReversed ? 1 : 0)
    #expect(resnet_tile_weights(&call) == 0)
    #expect(result.isIntact && result.values.allSatisfy { $0.isFinite })
    return result
  }
}
