import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@testable import ResNetAnalysis

@Suite struct FeatureReuseTests {
  /// The sources of input channel `channel` of any layer behind joined outputs are counted by hand here: the block's input
  /// has `input` channels, each layer 4.
  private func weight(_ channel: Int, input: Int) -> Double {
    channel < input ? 1 : Double(2 + (channel - input) / 4)
  }

  @Test("Each weight counts for the layer whose channel it belongs to", arguments: [true, false])
  func blocks(isCompressed: Bool) throws {
    let architecture = try Architecture.dense(depth: isCompressed ? 16 : 10, growth: 4, isCompressed: isCompressed)
    // Compressed: 8 channels, 16 behind two layers, halved. Else: 16 channels, 8 more behind each block.
    let inputs = isCompressed ? [8, 8, 8] : [16, 24, 32]
    let subject = try smallSubject(architecture) { parameters in
      Dictionary(
        uniqueKeysWithValues: parameters.map { name, tensor in
          guard name.hasSuffix(".weight"), tensor.shape.rank > 1 else { return (name, tensor) }
          let stage =
            name.contains("denseblock1") || name.contains("transition1")
            ? 0
            : name.contains("denseblock2") || name.contains("transition2") ? 1 : 2
          let (width, kernel) = (tensor.shape[1], tensor.shape.count / (tensor.shape[0] * tensor.shape[1]))
          let values = tensor.scalars.indices.map { position in
            let magnitude = weight(position / kernel % width, input: inputs[stage])
            return Float(position % 2 == 0 ? magnitude : -magnitude)
          }
          return (name, Tensor(shape: tensor.shape, scalars: values))
        })
    }
    let reuse = try FeatureReuse.measure(of: subject)
    #expect(reuse.network == architecture.name && reuse.blocks.count == 3)
    for (number, block) in reuse.blocks.enumerated() {
      let last = isCompressed ? "conv2" : "conv1"
      let layers = (1...2).map { "features.denseblock\(number + 1).denselayer\($0)." }
      #expect(
        block.sources == [number == 0 ? "features.conv0" : "features.transition\(number).conv"]
          + layers.map { $0 + last })
      #expect(
        block.targets == layers.map { $0 + "conv1" } + [
          number == 2 ? "classifier" : "features.transition\(number + 1).conv"
        ])
      #expect(block.weights == [[1], [1, 2], [1, 2, 3]])
      #expect(block.relativeWeights == [[1], [0.5, 1], [1.0 / 3, 2.0 / 3, 1]])
    }
    #expect(
      reuse.finding.hasPrefix(
        "A layer of \(architecture.name) gives 83.3 % of its sources, in the mean, at least half of the weight that it gives "
          + "the greatest. What its 3 blocks are given gets 0.42, 0.42 and 0.42 of the greatest in the mean over the layers "
          + "that take more than that. "))
    #expect(
      reuse.finding.hasSuffix("classifier weighs the last third of its sources 3.00 times as much as the first third."))
    #expect(reuse.table.rows.count == 18)
    #expect(
      reuse.table.rows[4] == [
        .text(architecture.name), .integer(1), .text("features.transition1.conv"),
        .text(reuse.blocks[0].sources[1]), .number(2), .number(2.0 / 3),
      ])
    #expect(reuse.figures.map(\.suffix) == [nil, "block2", "block3"])
    for text in ["transition1.conv", "source: input and layers", "dense block 1", "mean |w| / greatest"] {
      #expect(reuse.figures[0].svg.contains(text), "\(text)")
    }
  }

  @Test("In groups a channel's weights are those of its own group's outputs")
  func groups() {
    // Two groups of two outputs, each of which sees two of four channels through two pixels.
    let weights = Tensor(
      shape: [4, 2, 1, 2], scalars: [1, -1, 2, 2, 3, 3, -4, 4, 5, 5, 6, -6, 7, 7, 8, 8])
    #expect(meanMagnitudes(weights, of: [1, 1, 1, 1]) == [2, 3, 6, 7])
    #expect(meanMagnitudes(weights, of: [2, 2]) == [2.5, 6.5])
    #expect(meanMagnitudes(weights, of: [1, 3]) == [2, 16.0 / 3])
  }

  @Test("In a matrix a feature's weights are a column")
  func matrix() {
    let weights = Tensor(shape: [2, 3], scalars: [1, -2, 3, 3, 4, -5])
    #expect(meanMagnitudes(weights, of: [1, 2]) == [2, 3.5])
  }

  @Test("Weights that are all zero give numbers for nothing, and no trap")
  func zeros() throws {
    let subject = try smallSubject(.dense(depth: 16, growth: 4, isCompressed: true)) {
      $0.mapValues { Tensor(shape: $0.shape) }
    }
    let reuse = try FeatureReuse.measure(of: subject)
    #expect(reuse.blocks[0].weights[1] == [0, 0] && reuse.blocks[0].relativeWeights[1].allSatisfy(\.isNaN))
    #expect(reuse.figures.count == 3)
  }

  @Test("A network that joins nothing is refused", arguments: ["resnet8", "plain8"])
  func refusal(network: String) async throws {
    let error = try await Small.failure { _ = try FeatureReuse.measure(of: smallSubject(.named(network))) }
    #expect(error.code == .usage && error.place == network && error.remedy.contains("DenseNet"))
  }
}
