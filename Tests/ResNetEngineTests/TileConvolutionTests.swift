import ResNetCore
import ResNetGraph
import ResNetKernels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Convolutions by tiles of bfloat16 matrices as the engine uses them.
@Suite(.enabled("this processor multiplies tiles of bfloat16 matrices") { resnet_has_tiles() != 0 })
struct TileConvolutionTests {
  /// A convolution of 3 × 3 with channels last.
  private func shape(_ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int) -> ConvolutionShape {
    func layout(_ channels: Int) -> Layout { .fast([channels, height, width], .bfloat16, lanes: 1) }
    return ConvolutionShape(
      batch: 2, input: [inputs, height, width], output: [outputs, height, width], kernel: 3, stride: 1, padding: 1,
      inputLayout: layout(inputs), outputLayout: layout(outputs), threads: 2, hasBias: false, training: true)
  }

  @Test("It serves where channels are sixteen, or so many that weights fill a cache; all else is left to oneDNN")
  func others() {
    func isServed(_ shape: ConvolutionShape, _ change: (inout ConvolutionShape) -> Void = { _ in }) -> Bool {
      var shape = shape
      change(&shape)
      return TileConvolution(shape, hasTiles: true) != nil
    }
    let narrow = shape(16, 16, 32, 32)
    #expect(isServed(narrow) && isServed(shape(512, 512, 7, 7)) && isServed(shape(16, 16, 1, 16)))
    #expect(!isServed(shape(32, 32, 16, 16)) && !isServed(shape(256, 256, 14, 14)))
    #expect(!isServed(shape(16, 16, 32, 31)) && !isServed(shape(16, 16, 32, 14)))
    #expect(!isServed(shape(16, 16, 512, 512)) && !isServed(shape(512, 500, 7, 7)))
    #expect(TileConvolution(narrow, hasTiles: false) == nil)
    #expect(!isServed(narrow) { $0.stride = 2 })
    #expect(!isServed(narrow) { $0.padding = 0 })
    #expect(!isServed(narrow) { ($0.kernel, $0.padding) = (1, 0) })
    #expect(!isServed(narrow) { $0.groups = 2 })
    #expect(!isServed(narrow) { $0.inputLayout.element = .float32 })
    #expect(!isServed(narrow) { $0.outputLayout.element = .uint8 })
    #expect(!isServed(narrow) { $0.inputLayout = $0.inputLayout.part(of: 32) })
    #expect(!isServed(narrow) { $0.addend = .float32 })
    #expect(isServed(narrow) { $0.addend = .bfloat16 })
  }

  /// Channels that are read and written, height and width, and a batch.
  static let cases = [(16, 16, 9, 18, 5), (16, 16, 32, 32, 2), (256, 512, 5, 6, 3), (512, 256, 7, 7, 4)]

  @Test(
    "It gives what single precision gives, to a digit of bfloat16, on any number of threads", arguments: cases,
    [1, 2, 7])
  @EngineActor
  func results(_ test: (inputs: Int, outputs: Int, height: Int, width: Int, batch: Int), threads: Int) throws {
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    try Engine.setThreads(threads)
    #expect(TileConvolution(shape(test.inputs, test.outputs, test.height, test.width), hasTiles: true) != nil)
    let builder = GraphBuilder()
    let input = try relu(builder.input([test.inputs, test.height, test.width]))
    let filtered = try input.convolution("conv", Convolution(outputs: test.outputs, kernel: 3))
    let graph = try builder.graph(output: test.inputs == test.outputs ? filtered + input : filtered)
    var purpose = Purpose(statistics: .batch, seed: .given, parameterGradients: .all)
    purpose.inputGradient = true
    let images = HashedValues.units("x", count: test.batch * graph.inputShape.count).map { Float($0) }
    let gradients = HashedValues.units("g", count: test.batch * graph.outputShape.count).map { Float($0) }

    /// Outputs in training and inference, and gradients of the input.
    func run(_ precision: Precision) throws -> [[Float]] {
      let engine = try Engine(graph: graph, seed: 1, precision: precision)
      let program = try engine.program(batch: test.batch, purpose: purpose)
      _ = program.input.update(from: images)
      _ = program.outputGradient.update(from: gradients)
      try program.run()
      let training = Array(program.logits)
      let inputGradient = try program.inputGradient().scalars
      let inference = try engine.program(batch: test.batch, purpose: .inference)
      _ = inference.input.update(from: images)
      try inference.run()
      return [training, inputGradient, Array(inference.logits)]
    }
    for (found, expected) in zip(try run(.bfloat16), try run(.float32)) {
      let greatest = expected.reduce(0) { max($0, abs($1)) }
      #expect(greatest > 0 && found.count == expected.count)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= greatest / 64 })
    }
  }
}
