import ResNetCore
import ResNetPlots

extension Responses {
  /// What it is called on the command line.
  public static let name = "responses"

  /// What is measured and how, with its source.
  public static let definition = """
    The standard deviation of the output of each 3×3 layer over images, channels and pixels, behind batch normalisation and \
    before ReLU and addition, on test images with running statistics: He et al., "Deep residual learning for image \
    recognition", 2015, section 4.2 and figure 7. In the upper panel layers stand in their order, in the lower one by their \
    size. There the responses of residual networks are smaller than those of plain ones, and the deeper the network the \
    smaller: each block changes what it is given by less.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Residual networks answer less than plain ones, and the deeper they are the less: 110 layers below 56 below 20. \
    He et al. (2015), figure 7, https://arxiv.org/abs/1512.03385.
    """

  /// What the view shows, of which networks.
  public var title: String { "Layer responses: \(listed(networks.map(\.name)))" }

  /// What is seen, in sentences made of the numbers.
  public var finding: String {
    let means = networks.map { "\($0.name) \(inThreeDigits($0.mean))" }
    var sentences = ["The mean deviation over the 3×3 layers: \(means.joined(separator: ", "))."]
    let (residual, plain) = (networks.filter(\.isResidual), networks.filter { !$0.isResidual })
    if let strongest = residual.map(\.mean).max(), let weakest = plain.map(\.mean).min() {
      let (own, other) = (inThreeDigits(strongest), inThreeDigits(weakest))
      sentences.append(
        strongest < weakest
          ? "Every residual network responds less than every plain one (at most \(own) against at least \(other))."
          : "Not every residual network responds less than every plain one (up to \(own) against \(other)).")
    }
    let deeper = residual.sorted { $0.depth < $1.depth }
    if deeper.count > 1, Set(deeper.map(\.depth)).count == deeper.count {
      let falls = zip(deeper, deeper.dropFirst()).allSatisfy { $0.mean > $1.mean }
      sentences.append(
        falls
          ? "The deeper the residual network, the weaker its responses."
          : "Responses of the residual networks do not fall with depth throughout.")
    }
    return sentences.joined(separator: " ")
  }

  /// Deviations in the order of the layers above, by size below.
  public var figures: [ViewFigure] {
    func panel(_ label: String, _ deviations: (Network) -> [Double]) -> LinePlot.Panel {
      LinePlot.Panel(
        y: PlotAxis(label),
        series: networks.enumerated().map { slot, network in
          LinePlot.Series(
            network.name, points: deviations(network).enumerated().map { (Double($0.offset + 1), $0.element) },
            emphasis: network.isResidual ? .bold : .thin, isDashed: !network.isResidual, colorSlot: slot)
        })
    }
    let plot = LinePlot(
      title: title, subtitle: "\(counted(images, "image")) of \(dataSet), running statistics",
      x: PlotAxis("3×3 layer: above by its place, below by its size"),
      panels: [
        panel("standard deviation, in order") { $0.layers.map(\.deviation) },
        panel("standard deviation, sorted") { $0.layers.map(\.deviation).sorted(by: >) },
      ])
    return [ViewFigure(svg: plot.svg())]
  }

  /// A row for each network and 3×3 layer.
  public var table: ViewTable {
    ViewTable(
      trusted: ["network", "layer", "place", "standard_deviation"],
      networks.flatMap { network in
        network.layers.enumerated().map { place, layer in
          [.text(network.name), .text(layer.name), .integer(place + 1), .number(layer.deviation)]
        }
      })
  }
}
