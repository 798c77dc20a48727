import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

@Suite struct CalibratorTests {
  /// A histogram of finite numbers that come in pieces.
  private func histogram(_ pieces: [Float]...) -> MagnitudeHistogram {
    var histogram = MagnitudeHistogram()
    for piece in pieces {
      let isFinite = histogram.add(piece)
      #expect(isFinite)
    }
    return histogram
  }

  @Test("Numbers that fill their range evenly keep all of it; rare ones far away are cut off")
  func clipping() {
    #expect(abs(histogram((0...25_500).map { Float($0) / 100 }).scale(levels: 255) - 1) < 0.02)
    let bulk = HashedValues.units("bulk", count: 100_000).map { Float($0) }
    let greatest = histogram(bulk, [20]).scale(levels: 127) * 127
    // 100,000 · (c / 127)² / 12 + (20 − c)² is least at c = 13.2.
    #expect(greatest > 12.5 && greatest < 14)
  }

  @Test("Scales do not depend on order and pieces, nor on zeros, and their unit is that of the numbers")
  func pieces() {
    let numbers = HashedValues.units("numbers", count: 5000).enumerated().map { Float($1) * Float($0 + 1) }
    let scale = histogram(numbers).scale(levels: 255)
    let (first, second, third) = (Array(numbers[..<10]), Array(numbers[10..<4000]), Array(numbers[4000...]))
    #expect(histogram(first, second, third).scale(levels: 255) == scale)
    #expect(histogram(third, first, second).scale(levels: 255) == scale)
    #expect(histogram([0] + numbers + [0, -0.0]).scale(levels: 255) == scale)
    #expect(histogram(numbers.map { $0 * 1024 }).scale(levels: 255) == 1024 * scale)
  }

  @Test("Of the scales, none gives a smaller error than the one that is chosen")
  func leastError() {
    let numbers = HashedValues.units("a", count: 4000).map { Float($0 * $0 * $0) }
    let chosen = histogram(numbers).scale(levels: 15)
    func error(_ scale: Float) -> Float {
      numbers.reduce(0) { sum, number in
        let difference = number.magnitude - min((number.magnitude / scale).rounded(), 15) * scale
        return sum + difference * difference
      }
    }
    for factor in stride(from: Float(0.3), through: 1.6, by: 0.05) {
      #expect(error(chosen) <= 1.02 * error(chosen * factor), "\(factor)")
    }
  }

  @Test("Nothing but zeros has the scale 1; what is not finite is not counted")
  func nothing() {
    var histogram = histogram([0, 0], [])
    #expect(histogram.scale(levels: 255) == 1)
    let notFinite = [histogram.add([1, .nan]), histogram.add([.infinity])]
    #expect(notFinite == [false, false])
    #expect(histogram.scale(levels: 255) == 1)
    let extremes = histogram.add([.leastNonzeroMagnitude, .greatestFiniteMagnitude])
    #expect(extremes && histogram.scale(levels: 255).isNormal)
  }

  @Test("A ResNet's scales are those of its input, of each ReLU, of each projection and of what is classified")
  func layers() throws {
    let graph = try Architecture.named("resnet18").graph(classes: 10, input: [3, 64, 64])
    let names = Quantization.layers(of: graph)
    #expect(names.first == "input" && names.last == "avgpool")
    let operations = try names.map { graph.layers[try graph.index(of: $0)].operation.kind }
    // 17 ReLUs, 3 projections behind their normalisation.
    #expect(operations.filter { $0 == "relu" }.count == 17)
    #expect(operations.filter { $0 == "batchNormalization" }.count == 3)
    #expect(names.count == 22)
    #expect(Quantization.quantizedLayers(of: graph).count == 21)
  }

  @Test("The same samples give the same scales, however they are divided into batches")
  @EngineActor
  func batches() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10, input: [3, 8, 8])
    let samples = HashedValues.input(graph.inputShape, batch: 8).scalars
    let scales = try [8, 2, 1].map { batch in
      let engine = try Engine(graph: graph, seed: 1)
      let calibrator = Calibrator(engine)
      let size = batch * graph.inputShape.count
      for start in stride(from: 0, to: samples.count, by: size) {
        try samples[start..<start + size].withUnsafeBufferPointer { try calibrator.add($0) }
      }
      return try calibrator.quantization().scales
    }
    #expect(scales[0].count == Quantization.layers(of: graph).count)
    for other in scales[1...] {
      for (name, scale) in scales[0] { #expect(abs(try #require(other[name]) - scale) <= 1e-3 * scale) }
    }
  }

  @Test("Parts of samples, and activations that are not numbers, are refused")
  @EngineActor
  func refusals() throws {
    let graph = try Architecture.cifar(depth: 8).graph(classes: 10, input: [3, 8, 8])
    let engine = try Engine(graph: graph, seed: 1)
    for count in [0, 191, 193] {
      let error = #expect(throws: ResNetError.self) {
        try [Float](repeating: 0, count: count).withUnsafeBufferPointer { try Calibrator(engine).add($0) }
      }
      #expect(error?.code == .usage && error?.message.contains("3×8×8") == true)
    }
    let error = #expect(throws: ResNetError.self) {
      try [Float](repeating: .nan, count: 192).withUnsafeBufferPointer { try Calibrator(engine).add($0) }
    }
    #expect(error?.code == .data && error?.place == "input")
  }
}
