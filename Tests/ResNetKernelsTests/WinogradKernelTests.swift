import ResNetKernels
import Testing

/// Winograd's filtering against convolutions by plain loops.
@Suite struct WinogradKernelTests {
  /// A convolution of 3 × 3 in blocks of 16 channels, and how threads share it.
  struct Case: CustomTestStringConvertible, Sendable {
    var batch: Int
    var inputs: Int
    var outputs: Int
    var height: Int
    var width: Int
    var tileParts = 1
    var outputParts = 1
    /// Results across a tile.
    var step = 2

    var places: Int { (step + 2) * (step + 2) }

    var testDescription: String {
      "step \(step), \(batch)×\(inputs)→\(outputs), \(height)×\(width), parts \(tileParts)×\(outputParts)"
    }

    func layout(_ channels: Int) -> TestLayout {
      TestLayout(batch: batch, channels: channels, positions: height * width, lanes: 16)
    }

    /// What all parts transform of so many tiles: of the inputs, and of the outputs that one part works on at most.
    func transformed(tiles: Int64) -> Int {
      tileParts * outputParts * places * Int(tiles) * (inputs + (outputs / 16 + outputParts - 1) / outputParts * 16)
    }

    var definition: KeptSize { KeptSize(batch: batch, height: height, width: width, kernel: 3) }
  }

  static let cases = shapes.flatMap { shape in
    [2, 4].map { step in
      var shape = shape
      shape.step = step
      return shape
    }
  }

  private static let shapes = [
    Case(batch: 1, inputs: 16, outputs: 16, height: 1, width: 1),
    Case(batch: 2, inputs: 16, outputs: 16, height: 2, width: 3),
    Case(batch: 1, inputs: 32, outputs: 16, height: 5, width: 4, tileParts: 2),
    Case(batch: 3, inputs: 16, outputs: 48, height: 7, width: 7, outputParts: 3),
    Case(batch: 2, inputs: 48, outputs: 32, height: 8, width: 6, tileParts: 2, outputParts: 2),
    Case(batch: 2, inputs: 32, outputs: 80, height: 9, width: 13, tileParts: 3, outputParts: 2),
    Case(batch: 5, inputs: 16, outputs: 16, height: 11, width: 10, tileParts: 7),
  ]

  /// What `resnet_winograd_weights` gives, in memory of its own.
  private func transformed(_ weights: Stored, for test: Case, isReversed: Bool) -> Stored {
    let result = Stored.filled(.nan, test.places * test.inputs * test.outputs)
    var call = ResNetWinogradWeights(
      inputs: Int64(test.inputs), outputs: Int64(test.outputs), step: Int64(test.step), from: weights.floats,
      to: result.floats, is_reversed: isReversed ? 1 : 0)
    #expect(resnet_winograd_weights(&call) == 0)
    #expect(result.isIntact)
    return result
  }

  @Test(
    "A convolution, with all that may follow it, is that of the definition", arguments: cases, [false, true])
  func convolution(_ test: Case, isReversed: Bool) {
    let (source, target) = (test.layout(test.inputs), test.layout(test.outputs))
    let input = Stored.random(source.size, seed: 1, as: .float32)
    let weights = Stored.random(9 * test.inputs * test.outputs, seed: 2, as: .float32)
    let bias = Stored.random(test.outputs, seed: 3, as: .float32)
    let before = Stored.random(target.size, seed: 4, as: .float32)
    let transformed = transformed(weights, for: test, isReversed: isReversed)

    let sums = test.definition.sums(input, source, weights.values, isReversed: isReversed, as: target)
    for (hasBias, adds, relu) in [(false, false, false), (true, false, true), (true, true, false), (false, true, true)]
    {
      let output = adds ? Stored(before.values, as: .float32) : Stored.filled(.nan, target.size)
      let scratch = Stored.filled(.nan, test.transformed(tiles: Int64(RESNET_WINOGRAD_TILES)))
      var call = ResNetWinograd(
        batch: Int64(test.batch), inputs: Int64(test.inputs), outputs: Int64(test.outputs), height: Int64(test.height),
        width: Int64(test.width), step: Int64(test.step), tile_parts: Int64(test.tileParts),
        output_parts: Int64(test.outputParts),
        input: input.floats, weights: transformed.floats, bias: hasBias ? UnsafePointer(bias.floats) : nil,
        output: output.floats, scratch: scratch.floats, adds: adds ? 1 : 0, relu: relu ? 1 : 0)
      #expect(resnet_winograd(&call) == 0)
      #expect(output.isIntact && scratch.isIntact)
      var worst = 0.0
      for n in 0..<test.batch {
        for k in 0..<test.outputs {
          for s in 0..<target.positions {
            let place = target.place(n, k, s)
            var expected = sums[place] + (hasBias ? bias[k] : 0) + (adds ? before[place] : 0)
            if relu { expected = max(expected, 0) }
            worst = max(worst, abs(output[place] - expected))
          }
        }
      }
      // Sums of 9 · inputs products of numbers up to 2, in single precision; larger tiles lose a digit.
      #expect(worst < (test.step == 2 ? 2e-6 : 4e-6) * Double(9 * test.inputs))
    }
  }

  @Test("The gradient of the weights is that of the definition", arguments: cases)
  func weightGradient(_ test: Case) {
    let (source, target) = (test.layout(test.inputs), test.layout(test.outputs))
    let input = Stored.random(source.size, seed: 1, as: .float32)
    let gradient = Stored.random(target.size, seed: 2, as: .float32)
    let result = Stored.filled(.nan, 9 * test.inputs * test.outputs)
    let scratch = Stored.filled(
      .nan,
      test.places * test.inputs * test.outputs * test.tileParts
        + test.transformed(tiles: resnet_winograd_gradient_tiles(Int64(test.step))))
    var call = ResNetWinogradGradient(
      batch: Int64(test.batch), inputs: Int64(test.inputs), outputs: Int64(test.outputs), height: Int64(test.height),
      width: Int64(test.width), step: Int64(test.step), tile_parts: Int64(test.tileParts),
      output_parts: Int64(test.outputParts),
      input: input.floats, output_gradient: gradient.floats, gradient: result.floats, scratch: scratch.floats)
    #expect(resnet_winograd_weight_gradient(&call) == 0)
    #expect(result.isIntact && scratch.isIntact)
    let expected = test.definition.weightGradient(input, source, gradient, target)
    let worst = zip(result.values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < (test.step == 2 ? 2e-6 : 4e-6) * Double(test.batch * test.height * test.width + 4))
  }

  @Test("What is not a number is not lost in ReLU", arguments: [2, 4])
  func notANumber(step: Int) {
    let test = Case(batch: 1, inputs: 16, outputs: 16, height: 4, width: 4, step: step)
    let input = Stored.filled(.nan, test.layout(16).size)
    let transformed = transformed(.filled(1, 9 * 256), for: test, isReversed: false)
    let output = Stored.filled(0, test.layout(16).size)
    let scratch = Stored.filled(0, test.transformed(tiles: Int64(RESNET_WINOGRAD_TILES)))
    var call = ResNetWinograd(
      batch: 1, inputs: 16, outputs: 16, height: 4, width: 4, step: Int64(step), tile_parts: 1, output_parts: 1,
      input: input.floats, weights: transformed.floats, bias: nil, output: output.floats, scratch: scratch.floats,
      adds: 0, relu: 1)
    #expect(resnet_winograd(&call) == 0)
    #expect(output.values.allSatisfy { $0.isNaN })
  }
}
