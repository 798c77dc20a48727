import ResNetCore
import ResNetPlots

extension GradientPaths {
  /// As in `resnet analyze paths`.
  public static let name = "paths"

  /// What a path is, and how its gradient is measured.
  public static let definition = """
    A path through a residual network of n blocks takes the branch of k of them and the shortcut of the others; k is its \
    length. Of all 2ⁿ paths C(n, k) have length k (first panel). The gradient along one is measured by computing the \
    network whole and going back through the branch of k blocks that are drawn at random and through the shortcut of all \
    others; the second panel shows the norm ‖∂L/∂x‖₂ of what arrives at the input in the mean over paths and test \
    images, where L is the cross-entropy of one image, normalisation is by running statistics, and ReLUs let pass what \
    they let pass on the way forward. The gradients along all paths add up to the gradient. The third panel is the \
    product of the first two, divided by its sum: the share of each length in the norms along all paths. Blocks within \
    a block's branch count as part of the branch. After Veit, Wilber and Belongie, "Residual networks behave like \
    ensembles of relatively shallow networks" (2016), section 5.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    The lengths of paths are distributed binomially, n blocks and one half; nearly all of the gradient runs along \
    the short ones. In a network of 54 blocks, whose paths are 27 blocks long in the mean, those of 5 to 17 blocks \
    are 0.45 % of all paths and carry most of it. Veit et al. (2016), https://arxiv.org/abs/1605.06431.
    """

  /// What the view shows, of which networks.
  public var title: String { "Gradient by the length of paths: \(listed(networks.map(\.name)))" }

  /// One picture of three panels, by the length of paths: how many there are, the gradient along one, and along all.
  public var figures: [ViewFigure] {
    func series(_ values: (Network) -> [Double]) -> [LinePlot.Series] {
      networks.enumerated().map { slot, network in
        LinePlot.Series(
          network.name, points: values(network).enumerated().map { (Double($0), $1) }, colorSlot: slot)
      }
    }
    let plot = LinePlot(
      title: "Gradient by the length of paths", subtitle: "\(dataSet), \(counted(images, "image"))",
      x: PlotAxis("blocks whose branch the path takes"),
      panels: [
        LinePlot.Panel(
          y: PlotAxis("share of all paths", unit: "%"), series: series { $0.lengths.map { 100 * $0.share } },
          height: 180),
        LinePlot.Panel(
          y: PlotAxis("gradient at the input along one path, ‖∂L/∂x‖", scale: .logarithmic),
          series: series { $0.lengths.map(\.meanNorm) }, height: 220),
        LinePlot.Panel(
          y: PlotAxis("share of the gradient along all paths", unit: "%"),
          series: series { $0.gradientShares.map { 100 * $0 } }, height: 180),
      ])
    return [ViewFigure(svg: plot.svg())]
  }

  /// A row for each length of each network.
  public var table: ViewTable {
    ViewTable(
      trusted: [
        "network", "length", "paths_measured", "share_of_paths", "mean_gradient_norm", "median_gradient_norm",
        "share_of_gradient",
      ],
      networks.flatMap { network in
        zip(network.lengths, network.gradientShares).enumerated().map { length, entry in
          [
            .text(network.name), .integer(length), .integer(entry.0.paths), .number(entry.0.share),
            .number(entry.0.meanNorm), .number(entry.0.medianNorm), .number(entry.1),
          ]
        }
      })
  }

  /// Which lengths carry nearly all of the gradient, and which share of all paths they are.
  public var finding: String { networks.map(\.finding).joined(separator: " ") }
}

extension GradientPaths.Network {
  fileprivate var finding: String {
    guard let effective = effectiveLengths(carrying: 0.95) else {
      return "The gradient of \(name) at its input is zero or no number, so that its paths cannot be told apart."
    }
    let paths = 100 * lengths[effective].reduce(0) { $0 + $1.share }
    let carried = 100 * gradientShares[effective].reduce(0, +)
    let mean = zip(gradientShares.indices, gradientShares).reduce(0) { $0 + Double($1.0) * $1.1 }
    let span =
      effective.count == 1
      ? "of length \(effective.lowerBound)" : "of lengths \(effective.lowerBound) to \(effective.upperBound)"
    let comparison =
      mean < 0.45 * Double(blocks)
      ? "short paths do most of the work"
      : mean > 0.55 * Double(blocks) ? "long paths do most of the work" : "no length is preferred"
    return
      "\(name) has \(counted(blocks, "block")): its paths are \(fixed(Double(blocks) / 2, 1)) blocks long in the mean, "
      + "the gradient runs through \(fixed(mean, 1)). Paths \(span) carry \(inPercent(carried)) of it; they are "
      + "\(inPercent(paths)) of all paths: \(comparison)."
  }
}
