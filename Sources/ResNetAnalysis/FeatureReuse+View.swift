import ResNetCore
import ResNetPlots

extension FeatureReuse {
  /// As in `resnet analyze reuse`.
  public static let name = "reuse"

  /// Which weights are looked at, and what they are divided by.
  public static let definition = """
    In a dense block each layer takes the outputs of all before it, joined, and so does the layer behind the block. For \
    each such layer, the target, and each layer whose output it takes, the source, the mean of |w| is taken over all \
    weights that the target has for the source's channels: the L1 norm divided by the number of weights. In the picture \
    it is divided by the greatest mean of the same target, so that 1 is the source that it weighs most; the table has the mean \
    as well. Scales of the normalisation between source and target are not counted. After Huang, Liu, van der \
    Maaten and Weinberger, "Densely connected convolutional networks" (2017), figure 5.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Layers spread their weights over many sources of their block, early ones too, and weigh little what the layer \
    between two blocks gives; the last layer weighs late features most. Huang et al. (2017), section 5, \
    https://arxiv.org/abs/1608.06993.
    """

  /// What the view shows, of which network.
  public var title: String { "Reuse of features: \(network)" }

  /// A heat map for each dense block: its sources from top to bottom, its targets from left to right.
  public var figures: [ViewFigure] {
    blocks.enumerated().compactMap { number, block in
      // A block has sources and targets, and as many rows and columns as names.
      guard let map = try? block.heatMap(number: number + 1, of: network) else { return nil }
      return ViewFigure(suffix: number == 0 ? nil : "block\(number + 1)", svg: map.svg())
    }
  }

  /// A row for each target and source.
  public var table: ViewTable {
    ViewTable(
      trusted: ["network", "block", "target", "source", "mean_magnitude", "relative_magnitude"],
      blocks.enumerated().flatMap { number, block in
        zip(block.targets, zip(block.weights, block.relativeWeights)).flatMap { target, rows in
          zip(block.sources, zip(rows.0, rows.1)).map { source, weights in
            [
              .text(network), .integer(number + 1), .text(target), .text(source), .number(weights.0),
              .number(weights.1),
            ]
          }
        }
      })
  }

  /// How many sources the layers use, what they make of the block's input, and which sources the last layer prefers.
  public var finding: String {
    let rows = blocks.flatMap { $0.relativeWeights.filter { $0.count > 1 } }
    let used = rows.map { row in 100 * Double(row.count(where: { $0 >= 0.5 })) / Double(row.count) }
    let inputs = blocks.map { block in
      fixed(mean(of: block.relativeWeights.filter { $0.count > 1 }.map { $0[0] }), 2)
    }
    let which = counted(blocks.count, "block")
    return "A layer of \(network) gives \(inPercent(mean(of: used))) of its sources, in the mean, at least half of the "
      + "weight that it gives the greatest. What its \(which) \(blocks.count == 1 ? "is" : "are") given gets "
      + "\(listed(inputs)) of the greatest in the mean over the layers that take more than that. "
      + (blocks.last?.lastTargetSentence ?? "")
  }
}

extension FeatureReuse.Block {
  /// What the layer behind the block makes of early and late sources.
  fileprivate var lastTargetSentence: String? {
    guard let row = relativeWeights.last, let target = targets.last, row.count >= 3 else { return nil }
    let third = row.count / 3
    let (early, late) = (mean(of: Array(row.prefix(third))), mean(of: Array(row.suffix(third))))
    return "\(target) weighs the last third of its sources \(fixed(late / early, 2)) times as much as the first third."
  }

  fileprivate func heatMap(number: Int, of network: String) throws -> HeatMap {
    let relative = relativeWeights
    let layers = sources.count - 1
    return try HeatMap(
      sources.indices.map { source in relative.map { source < $0.count ? $0[source] : .nan } },
      rows: sources.indices.map { $0 == 0 ? "input" : "\($0)" },
      columns: zip(targets, weights).map { target, row in
        row.count <= layers ? "\(row.count)" : target.split(separator: ".").suffix(2).joined(separator: ".")
      },
      title: "Reuse of features: \(network), dense block \(number)",
      subtitle: "mean |w| of a target's weights for a source, divided by the target's greatest",
      rowTitle: "source: input and layers", columnTitle: "target: layers of the block, and the one behind it",
      valueTitle: "mean |w| / greatest")
  }
}

/// The mean of some numbers; not a number where there are none.
private func mean(of values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
