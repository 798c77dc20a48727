import ResNetCore
import ResNetGraph
import ResNetKernels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// Convolutions by Winograd's filtering as the engine uses them.
@Suite struct WinogradTests {
  private static let blocks = Layout.fast([16, 1, 1], .float32, lanes: 16)

  /// A convolution of 3 × 3 between blocks of 16 channels.
  private func shape(batch: Int, _ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int, threads: Int)
    -> ConvolutionShape
  {
    ConvolutionShape(
      batch: batch, input: [inputs, height, width], output: [outputs, height, width], kernel: 3, stride: 1, padding: 1,
      inputLayout: Self.blocks, outputLayout: Self.blocks, threads: threads, hasBias: false, training: true)
  }

  @Test("Other convolutions, small images, few of them and other blocks are left to oneDNN")
  func others() {
    let served = shape(batch: 2, 32, 48, 9, 13, threads: 2)
    #expect(Winograd(served) != nil)
    func isServed(_ change: (inout ConvolutionShape) -> Void) -> Bool {
      var other = served
      change(&other)
      return Winograd(other) != nil
    }
    #expect(!isServed { $0.stride = 2 })
    #expect(!isServed { $0.padding = 0 })
    #expect(!isServed { ($0.kernel, $0.padding) = (1, 0) })
    #expect(!isServed { $0.groups = 2 })
    #expect(!isServed { $0.inputLayout = .plain([32, 9, 13]) })
    #expect(!isServed { $0.outputLayout.element = .bfloat16 })
    #expect(!isServed { $0.inputLayout.lanes = 8 })
    #expect(Winograd(shape(batch: 31, 16, 16, 2, 2, threads: 1)) == nil)
    #expect(Winograd(shape(batch: 32, 16, 16, 2, 2, threads: 1)) != nil)
    // Of the products of a single row half are of what lies beyond it.
    #expect(Winograd(shape(batch: 64, 16, 16, 1, 64, threads: 1)) == nil)
  }

  @Test(
    "Threads are never given more parts than there are, each has work, and sums stay small", arguments: [1, 2, 7, 64])
  func parts(threads: Int) throws {
    for (inputs, outputs) in [(16, 16), (16, 2048), (64, 80), (512, 512), (2048, 2048)] {
      for batch in [8, 128] {
        let winograd = try #require(Winograd(shape(batch: batch, inputs, outputs, 7, 7, threads: threads)))
        let step = Int64(winograd.step)
        let places = Int((step + 2) * (step + 2))
        let forward = (Int(winograd.call.tile_parts), Int(winograd.call.output_parts))
        let gradient = (Int(winograd.gradientCall.tile_parts), Int(winograd.gradientCall.output_parts))
        for (tiles, parts) in [forward, gradient] {
          #expect(tiles >= 1 && (1...outputs / 16).contains(parts) && tiles * parts <= threads)
        }
        // What a part transforms at a time is of all inputs, and of its own outputs alone.
        func transformed(_ parts: (Int, Int), tiles: Int) -> Int {
          parts.0 * parts.1 * places * tiles * (inputs + (outputs / 16 + parts.1 - 1) / parts.1 * 16)
        }
        #expect(
          winograd.scratchBytes == transformed(forward, tiles: RESNET_WINOGRAD_TILES) * MemoryLayout<Float>.stride)
        let sums =
          winograd.gradientScratchCount - transformed(gradient, tiles: Int(resnet_winograd_gradient_tiles(step)))
        #expect(sums == gradient.0 * places * inputs * outputs)
        #expect(gradient.0 == 1 || sums * MemoryLayout<Float>.stride <= 24 << 20)
        #expect(winograd.servesWeightGradient == (inputs < 2048))
      }
    }
  }

  @Test("Large tiles are for few channels, and for images that they cover without much waste")
  func steps() throws {
    func step(_ channels: Int, _ height: Int, _ width: Int) -> Int? {
      Winograd(shape(batch: 64, channels, channels, height, width, threads: 1))?.step
    }
    #expect(step(16, 32, 32) == 4)
    #expect(step(128, 28, 28) == 4)
    #expect(step(144, 28, 28) == 2)
    #expect(step(16, 7, 7) == 4)
    #expect(step(16, 9, 9) == 2)
    #expect(step(16, 6, 6) == 2)
    // Too few of them.
    #expect(Winograd(shape(batch: 3, 16, 16, 12, 12, threads: 1))?.step == 2)
  }

  /// Eighths between −1 and 1: all that is computed of them in tiles of 2 × 2 is exact in single precision, in whatever
  /// order.
  private func eighths(_ name: String, _ count: Int) -> [Float] {
    HashedValues.units(name, count: count).map { Float(($0 * 8).rounded() / 8) }
  }

  /// Channels that are read and written, height and width, and a batch.
  static let cases = [
    (16, 16, 10, 9, 5), (32, 80, 6, 5, 7), (48, 48, 5, 5, 4), (80, 16, 9, 9, 4), (16, 16, 6, 6, 33),
    (16, 16, 9, 7, 50), (32, 80, 8, 5, 12), (48, 48, 7, 7, 10), (80, 16, 12, 9, 7), (16, 16, 12, 10, 5),
  ]

  @Test(
    "A batch gives what oneDNN gives of its samples, in small tiles bit by bit, on any number of threads",
    arguments: cases, [1, 2, 3, 7, 16])
  @EngineActor
  func samples(_ test: (inputs: Int, outputs: Int, height: Int, width: Int, batch: Int), threads: Int) throws {
    let kind = shape(batch: test.batch, test.inputs, test.outputs, test.height, test.width, threads: threads)
    let isExact = try #require(Winograd(kind)).step == 2
    func agree(_ found: [[Float]], _ expected: [[Float]]) -> Bool {
      guard !isExact else { return found == expected }
      return zip(found, expected).allSatisfy { found, expected in
        let greatest = expected.reduce(0) { max($0, abs($1)) }
        return found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= 5e-6 * greatest }
      }
    }
    let saved = try Engine.threads()
    defer { try? Engine.setThreads(saved) }
    let builder = GraphBuilder()
    let input = try relu(builder.input([test.inputs, test.height, test.width]))
    let filtered = try input.convolution("conv", Convolution(outputs: test.outputs, kernel: 3))
    let sum = try test.inputs == test.outputs ? filtered + input : filtered
    // Where sums are near zero, rounding decides what ReLU lets through.
    let graph = try builder.graph(output: isExact ? relu(sum) : sum)
    let engine = try Engine(graph: graph)
    let weight = try #require(graph.parameters.first)
    try engine.parameters.set([weight.name: Tensor(shape: weight.shape, scalars: eighths("w", weight.shape.count))])
    var purpose = Purpose(statistics: .batch, seed: .given, parameterGradients: .all)
    purpose.inputGradient = true
    let images = eighths("x", test.batch * graph.inputShape.count)
    let gradients = eighths("g", test.batch * graph.outputShape.count)

    /// Outputs and gradients of some samples; those of a single one are oneDNN's, as it has too few tiles.
    func run(_ program: Program, _ samples: Range<Int>) throws -> [[Float]] {
      let (size, outputs) = (graph.inputShape.count, graph.outputShape.count)
      _ = program.input.update(from: images[samples.lowerBound * size..<samples.upperBound * size])
      if !program.outputGradient.isEmpty {
        _ = program.outputGradient.update(from: gradients[samples.lowerBound * outputs..<samples.upperBound * outputs])
      }
      try program.run()
      let isTraining = program.purpose.inputGradient
      return [Array(program.logits), isTraining ? try program.inputGradient().scalars : [], Array(program.gradients)]
    }
    var expected = [[], [], [Float](repeating: 0, count: weight.shape.count)]
    let single = try engine.program(batch: 1, purpose: purpose)
    for sample in 0..<test.batch {
      let found = try run(single, sample..<sample + 1)
      for kind in 0...1 { expected[kind] += found[kind] }
      for (position, value) in found[2].enumerated() { expected[2][position] += value }
    }
    try Engine.setThreads(threads)
    let program = try engine.program(batch: test.batch, purpose: purpose)
    #expect(agree(try run(program, 0..<test.batch), expected))
    let inference = try engine.program(batch: test.batch, purpose: Purpose(statistics: .running))
    #expect(agree([try run(inference, 0..<test.batch)[0]], [expected[0]]))
    // A program keeps to the threads that it was compiled for.
    try Engine.setThreads(threads == 1 ? 4 : 1)
    #expect(agree(try run(program, 0..<test.batch), expected))
  }

  @Test("A profile counts transformed weights, and the multiplications of the definition")
  @EngineActor
  func profile() throws {
    let builder = GraphBuilder()
    let input = try relu(builder.input([16, 12, 12]))
    let graph = builder.graph(output: try input.convolution("conv", Convolution(outputs: 32, kernel: 3)))
    let engine = try Engine(graph: graph)
    let program = try engine.program(
      batch: 2, purpose: Purpose(statistics: .batch, seed: .given, parameterGradients: .all))
    program.input.update(repeating: 1)
    let steps = try program.profile()
    let positions = 2 * 12 * 12
    let weights = 16 * 32 * MemoryLayout<Float>.stride
    let isTransformed = try OneDNNRuntime.shared().lanes(.float32) == 16
    let convolution = try #require(steps.first { $0.kind == "convolution" })
    #expect(convolution.multiplyAdds == positions * 9 * 16 * 32)
    #expect(
      convolution.bytes == positions * (16 + 32) * MemoryLayout<Float>.stride + (isTransformed ? 16 : 9) * weights)
    let gradient = try #require(steps.first { $0.kind == "weight gradient" })
    #expect(gradient.multiplyAdds == convolution.multiplyAdds)
    #expect(gradient.bytes == positions * (16 + 32) * MemoryLayout<Float>.stride + 9 * weights)
    #expect(try #require(steps.first { $0.kind == "packing" }).bytes == (isTransformed ? 25 : 18) * weights)
  }
}
