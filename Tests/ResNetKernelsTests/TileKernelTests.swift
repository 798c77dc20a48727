import ResNetKernels
import Testing

/// Gradients of weights by tiles of bfloat16 matrices against plain loops.
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

    let (x, d) = (input.values, gradient.values)
    var expected = [Double](repeating: 0, count: result.count)
    for n in 0..<test.batch {
      for (row, column) in (0..<test.height).flatMap({ y in (0..<test.width).map { (y, $0) } }) {
        let to = (n * positions + row * test.width + column) * test.outputs
        for place in 0..<places {
          let y = row + place / test.kernel - test.kernel / 2
          let other = column + place % test.kernel - test.kernel / 2
          guard (0..<test.height).contains(y), (0..<test.width).contains(other) else { continue }
          let from = (n * positions + y * test.width + other) * test.inputs
          for k in 0..<test.outputs {
            for c in 0..<test.inputs { expected[(k * test.inputs + c) * places + place] += x[from + c] * d[to + k] }
          }
        }
      }
    }
    let worst = zip(result.values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 2e-6 * Double(test.batch * positions + 4))
  }
}
