import ResNetCore
import ResNetPlots

extension BlockIdentity {
  /// As in `resnet analyze identity`.
  public static let name = "identity"

  /// What is measured of each block.
  public static let definition = """
    A residual block computes g(F(x) + x); it is the identity, but for g, where its branch F adds nothing. The first \
    panel shows ‖F(x)‖₂ / ‖x‖₂ for each block, in the mean over test images: F(x) is what the branch gives to the \
    addition, x what the shortcut gives to it, so that where the shape changes x is the subsampled or projected input. \
    The second shows the classification error when that block alone adds nothing, by running statistics and without \
    training again; the dashed line is the error of the whole network. That blocks of deep networks stay near the identity: He, Zhang, \
    Ren and Sun, "Deep residual learning for image recognition" (2015), section 4.2; that single ones can be missed: \
    Veit, Wilber and Belongie (2016).
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Branches add a fraction of what they are given, except where the shape changes, and the deeper the network the \
    less each of them; those that add least are missed least. He et al. (2015), section 4.2, \
    https://arxiv.org/abs/1512.03385; Veit et al. (2016), https://arxiv.org/abs/1605.06431.
    """

  /// What the view shows, of which networks.
  public var title: String { "How near blocks are to the identity: \(listed(networks.map(\.name)))" }

  /// One picture: the ratio of norms and the error without the block, by block.
  public var figures: [ViewFigure] {
    let ratios = networks.enumerated().map { slot, network in
      LinePlot.Series(
        network.name, points: network.blocks.enumerated().map { (Double($0 + 1), $1.ratio) }, colorSlot: slot)
    }
    let errors = networks.enumerated().flatMap { slot, network in
      [
        LinePlot.Series(
          network.name + ", whole", points: [(1, network.error), (Double(network.blocks.count), network.error)],
          emphasis: .thin, isDashed: true, colorSlot: slot),
        LinePlot.Series(
          network.name, points: network.blocks.enumerated().map { (Double($0 + 1), $1.errorWithout) },
          colorSlot: slot),
      ]
    }
    let plot = LinePlot(
      title: "How near blocks are to the identity", subtitle: "\(dataSet), \(counted(images, "image"))",
      x: PlotAxis("block"),
      panels: [
        LinePlot.Panel(y: PlotAxis("‖F(x)‖ / ‖x‖"), series: ratios),
        LinePlot.Panel(y: PlotAxis("test error without the block", unit: "%"), series: errors),
      ])
    return [ViewFigure(svg: plot.svg())]
  }

  /// A row for each block.
  public var table: ViewTable {
    ViewTable(
      trusted: [
        "network", "block", "branch_to_shortcut_norm", "shortcut_changes", "test_error_without_percent",
        "test_error_whole_percent",
      ],
      networks.flatMap { network in
        network.blocks.map { block in
          [
            .text(network.name), .text(block.name), .number(block.ratio),
            .text(block.hasChangingShortcut ? "yes" : "no"),
            .number(block.errorWithout), .number(network.error),
          ]
        }
      })
  }

  /// Which blocks add little and which much, and whether those that add little can be missed.
  public var finding: String { networks.map(\.finding).joined(separator: " ") }
}

extension BlockIdentity.Network {
  fileprivate var finding: String {
    let unchanged = blocks.filter { !$0.hasChangingShortcut }
    let looked = unchanged.isEmpty ? blocks : unchanged
    guard let least = looked.min(by: { $0.ratio < $1.ratio }), let most = looked.max(by: { $0.ratio < $1.ratio }),
      let nearest = blocks.min(by: { $0.ratio < $1.ratio }),
      let worst = blocks.max(by: { $0.errorWithout < $1.errorWithout })
    else { return "" }
    let which =
      unchanged.isEmpty
      ? "the branches add, to what shortcuts make of their input,"
      : "the branches of the \(counted(unchanged.count, "block")) whose shortcut is the identity add"
    return "In \(name) \(which) \(ratio(median(of: looked.map(\.ratio)))) of its norm in the median, from "
      + "\(ratio(least.ratio)) (\(least.name)) to \(ratio(most.ratio)) (\(most.name)). Without the one that adds the least, "
      + "\(nearest.name), the error goes from \(inPercent(error)) to \(inPercent(nearest.errorWithout)); the greatest error, "
      + "without \(worst.name), is \(inPercent(worst.errorWithout))."
  }

  private func ratio(_ value: Double) -> String { value.isFinite ? fixed(value, 2) : "no number" }
}
