import ResNetCore
import ResNetPlots

extension Depth {
  /// What it is called on the command line.
  public static let name = "depth"

  /// What is measured and how, with its source.
  public static let definition = """
    What networks cost and give. Layers are those with weights on the longest path from input to output; parameters are \
    learned values; multiply-adds are multiplications with weights for one image. Speed is the batch over the median time \
    of classifying it, in single precision, measured for a moment each: compare within one list alone. The error is the \
    share of test images whose class does not have the greatest logit, where a network was trained.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Within a family cost grows about in proportion to depth. The error of residual networks falls with it; that of \
    plain ones rises from some depth on: He et al. (2015), figures 1, 4 and 6, https://arxiv.org/abs/1512.03385.
    """

  /// What the view shows, of which networks.
  public var title: String { "What depth costs and gives: \(listed(networks.map(\.name)))" }

  /// What is seen, in sentences made of the numbers.
  public var finding: String {
    guard let cheapest = networks.min(by: { $0.multiplyAdds < $1.multiplyAdds }) else { return "" }
    let others = networks.filter { $0 != cheapest }.map { network in
      let cost = Double(network.multiplyAdds) / Double(max(cheapest.multiplyAdds, 1))
      let time = cheapest.imagesPerSecond / network.imagesPerSecond
      let gain =
        if let own = network.error, let other = cheapest.error {
          ", for \(fixed(abs(other - own), 2)) points \(own <= other ? "less" : "more") error"
        } else {
          ""
        }
      return
        "\(network.name) takes \(inThreeDigits(cost)) times the multiply-adds and \(inThreeDigits(time)) times the "
        + "time\(gain)"
    }
    let first =
      "The cheapest, \(cheapest.name), has \(counted(cheapest.layers, "layer")), \(cheapest.parameters) parameters and "
      + "\(cheapest.multiplyAdds) multiply-adds, and classifies \(fixed(cheapest.imagesPerSecond, 0)) images/s"
      + (cheapest.error.map { " with an error of \(fixed($0, 2)) %" } ?? "") + "."
    var sentences = [first] + (others.isEmpty ? [] : [others.joined(separator: "; ") + "."])
    let tested = networks.compactMap { network in network.error.map { (name: network.name, error: $0) } }
    if tested.count > 1, let best = tested.min(by: { $0.error < $1.error }) {
      sentences.append("Of those that were trained, \(best.name) errs least: \(fixed(best.error, 2)) %.")
    }
    return sentences.joined(separator: " ")
  }

  /// Error, speed, parameters and layers over multiply-adds.
  public var figures: [ViewFigure] {
    func panel(_ axis: PlotAxis, _ value: (Network) -> Double?) -> LinePlot.Panel? {
      let series = networks.enumerated().compactMap { slot, network in
        value(network).map {
          LinePlot.Series(network.name, points: [(Double(network.multiplyAdds), $0)], colorSlot: slot)
        }
      }
      return series.isEmpty ? nil : LinePlot.Panel(y: axis, series: series, height: 200)
    }
    let plot = LinePlot(
      title: title,
      subtitle: (dataSet.map { "errors on \($0); " } ?? "")
        + "speed at batch \(batch), \(counted(threads, "thread")), single precision",
      x: PlotAxis("multiply-adds of an image", scale: .logarithmic),
      panels: [
        panel(PlotAxis("test error", unit: "%")) { $0.error },
        panel(PlotAxis("images classified in a second", scale: .logarithmic)) { $0.imagesPerSecond },
        panel(PlotAxis("parameters", scale: .logarithmic)) { Double($0.parameters) },
        panel(PlotAxis("layers")) { Double($0.layers) },
      ].compactMap { $0 })
    return [ViewFigure(svg: plot.svg())]
  }

  /// A row for each network.
  public var table: ViewTable {
    ViewTable(
      trusted: ["network", "layers", "parameters", "multiply_adds", "images_per_second", "test_error_percent"],
      networks.map { network in
        [
          .text(network.name), .integer(network.layers), .integer(network.parameters), .integer(network.multiplyAdds),
          .number(network.imagesPerSecond), network.error.map { .number($0) } ?? .empty,
        ]
      })
  }
}
