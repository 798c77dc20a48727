import ResNetCore
import ResNetGraph
import ResNetModel

/// Which earlier layers each layer of a DenseNet uses, by the mean magnitude of the weights that join them (Huang, Liu, van
/// der Maaten and Weinberger, "Densely connected convolutional networks", 2017, figure 5).
///
/// ```swift
/// let reuse = try FeatureReuse.measure(of: Subject.read(["runs/densenet"])[0])
/// print(reuse.blocks[0].weights[2][0])  // what the third layer makes of the block's input
/// ```
public struct FeatureReuse: View, Hashable {
  /// A dense block: layers that each take the outputs of all before them.
  public struct Block: Hashable, Sendable {
    /// The layers whose outputs are joined, by name: the one that the block is given, and those of the block.
    public var sources: [String]
    /// The layers that take what is joined, by name: those of the block, and the one behind it.
    public var targets: [String]
    /// The mean of |w| over the weights that a target has for the channels of a source, `[targets][sources]`; a target
    /// takes the first of the sources, as many as its row has.
    public var weights: [[Double]]
  }

  /// What the network is called.
  public var network: String
  /// Its dense blocks, in their order.
  public var blocks: [Block]

  /// Looks at the weights of a network; it takes no images.
  ///
  /// - Throws: `ResNetError` of code `usage` where no layer takes the joined outputs of several others.
  public static func measure(of subject: Subject) throws -> FeatureReuse {
    let graph = subject.model.graph
    let sources = graph.channelSources
    // By the first of the sources, which all targets of a block have in common.
    var blocks: [Int: Block] = [:]
    var order: [Int] = []
    for layer in graph.layers {
      guard let weight = layer.parameters.first(where: { $0.kind == .weight }),
        let values = subject.model.parameters[weight.name], let first = sources[layer.inputs[0]].first
      else { continue }
      if blocks[first.layer] == nil { order.append(first.layer) }
      let taken = sources[layer.inputs[0]]
      var block = blocks[first.layer] ?? Block(sources: [], targets: [], weights: [])
      block.targets.append(layer.name)
      block.weights.append(meanMagnitudes(values, of: taken.map(\.channels)))
      if taken.count > block.sources.count { block.sources = taken.map { graph.layers[$0.layer].name } }
      blocks[first.layer] = block
    }
    let dense = order.compactMap { blocks[$0] }.filter { $0.sources.count > 1 }
    guard !dense.isEmpty else {
      throw ResNetError(
        .usage, "no layer of it takes the joined outputs of several others", at: subject.name,
        remedy: "Give a DenseNet; 'resnet analyze lesion' and 'resnet analyze paths' are for residual networks")
    }
    return FeatureReuse(network: subject.name, blocks: dense)
  }
}

extension FeatureReuse.Block {
  /// `weights`, each row divided by its greatest: 1 for the source that a target weighs most. Not numbers where all of a
  /// row are 0.
  public var relativeWeights: [[Double]] {
    weights.map { row in
      let greatest = row.max() ?? 0
      return row.map { $0 / greatest }
    }
  }
}

extension Graph {
  /// For each layer, the layers that made the channels of its output, in the order of the channels: itself, or those
  /// whose outputs were joined and since then changed channel by channel at most.
  var channelSources: [[(layer: Int, channels: Int)]] {
    var result: [[(layer: Int, channels: Int)]] = []
    for (position, layer) in layers.enumerated() {
      switch layer.operation {
      case .concatenation: result.append(layer.inputs.flatMap { result[$0] })
      case .batchNormalization, .relu, .maxPooling, .averagePooling, .globalAveragePooling, .dropout, .sigmoid, .affine:
        result.append(result[layer.inputs[0]])
      case .input, .convolution, .linear, .add, .zeroPadding, .flatten, .multiplication:
        result.append([(position, layer.shape[0])])
      }
    }
    return result
  }
}

/// The mean magnitude of the weights for each run of input channels.
///
/// - Parameters:
///   - weights: of a convolution, `[outputs, inputs / groups, height, width]`, or a fully connected layer,
///     `[outputs, inputs]`.
///   - counts: the channels of each run; all inputs together.
func meanMagnitudes(_ weights: Tensor, of counts: [Int]) -> [Double] {
  let inputs = counts.reduce(0, +)
  let (outputs, width) = (weights.shape[0], weights.shape[1])
  let kernel = weights.scalars.count / (outputs * width)
  // Each channel is seen by the outputs of its group alone.
  let seeing = outputs * width / inputs
  var sums = Array(repeating: 0.0, count: inputs)
  for output in 0..<outputs {
    for column in 0..<width {
      let start = (output * width + column) * kernel
      let sum = weights.scalars[start..<start + kernel].reduce(0.0) { $0 + Double(abs($1)) }
      sums[output / seeing * width + column] += sum
    }
  }
  var start = 0
  return counts.map { count in
    defer { start += count }
    return sums[start..<start + count].reduce(0, +) / Double(count * seeing * kernel)
  }
}
