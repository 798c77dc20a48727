import ResNetCore
import ResNetPlots

extension Shattering {
  /// What it is called on the command line.
  public static let name = "shattering"

  /// What is measured and how, with its source.
  public static let definition = """
    The autocorrelation of gradients at neighbouring inputs, after Balduzzi et al., "The shattered gradients problem: if \
    resnets are the answer, then what is the question?", 2017: Σ (g[i] − m)(g[i + lag] − m) / Σ (g[i] − m)², m the mean. \
    Without networks of one's own: df/dx of random networks of one number at 256 points on [−2, 2], 200 units a layer; the \
    first layer's weights and biases N(0, 1), hidden weights N(0, 2/N), read-out N(0, 1/N). Plain networks are centred over \
    the grid; residual ones are x ← x + β·W·relu(BN(x)) and end in BN and ReLU, their statistics those over the grid and \
    constant in the derivative (1e-8 is added to deviations). Of networks on images: the derivative of the logit of the \
    first image's class along straight lines between two images, with running statistics (of networks that have not \
    learned, those of 128 images). Beside them independent normal numbers (white noise) and their running sum (Brownian \
    motion).
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    In plain networks the gradients at neighbouring inputs become less alike with depth, until they are white noise; \
    in residual ones they stay alike, the more so where branches count little. Of one number, in the mean of 20 \
    random networks: plain of depth 10 has 0.73 at distance 1 and plain of depth 24 and 50 about 0; residual of \
    depth 24 has 0.75 and of depth 50 0.62; white noise has 0, Brownian motion 0.98. These numbers are the package's \
    own, after Balduzzi et al., "The shattered gradients problem" (2017), https://arxiv.org/abs/1702.08591.
    """

  /// What the view shows, of which networks.
  public var title: String {
    switch inputs {
    case .grid: "Shattered gradients: random networks of one number"
    case .lines: "Shattered gradients: \(listed(networks.map(\.name)))"
    }
  }

  /// What is not noise.
  private var networks: [Entry] { entries.filter { !$0.isNoise } }

  /// What is seen, in sentences made of the numbers.
  public var finding: String {
    func text(_ entry: Entry) -> String {
      let (mean, deviation) = entry.autocorrelation(lag: 1)
      guard mean.isFinite else { return "\(entry.name) (the same gradient everywhere)" }
      return "\(entry.name) \(fixed(mean, 2)) ± \(fixed(deviation, 2))"
    }
    let noises = entries.filter(\.isNoise)
    let runs = networks.map(\.autocorrelations.count).max() ?? 0
    let unit = inputs == .grid ? counted(runs, "random network") : counted(runs, "line")
    var result =
      "Gradients at neighbouring inputs are correlated (lag 1, mean ± deviation over \(unit)): "
      + networks.map(text).joined(separator: ", ") + "."
    if !noises.isEmpty { result += " Beside them " + noises.map(text).joined(separator: ", ") + "." }
    let known = networks.filter { $0.autocorrelation(lag: 1).mean.isFinite }
    guard known.count > 1,
      let least = known.min(by: { $0.autocorrelation(lag: 1).mean < $1.autocorrelation(lag: 1).mean }),
      let most = known.max(by: { $0.autocorrelation(lag: 1).mean < $1.autocorrelation(lag: 1).mean })
    else { return result }
    return result + " Nearest to white noise is \(least.name), farthest from it \(most.name)."
  }

  /// The autocorrelation by distance, then one run of gradients of each network.
  public var figures: [ViewFigure] {
    let subtitle =
      switch inputs {
      case .grid: "df/dx on a grid of 256 numbers"
      case .lines(let dataSet, let points):
        "gradient of a logit along lines of \(points) points between images of \(dataSet)"
      }
    let series = entries.enumerated().map { slot, entry in
      LinePlot.Series(
        entry.name, points: (1...Self.lags).map { (Double($0), entry.autocorrelation(lag: $0).mean) },
        emphasis: entry.isNoise ? .thin : .bold, isDashed: entry.isNoise, colorSlot: slot)
    }
    let correlations = LinePlot(
      title: title, subtitle: subtitle, x: PlotAxis("distance of two inputs (points)"),
      panels: [LinePlot.Panel(y: PlotAxis("autocorrelation of gradients"), series: series, height: 340)])
    let examples = LinePlot(
      title: title, subtitle: subtitle + ", one of each", x: PlotAxis("input (point)"),
      panels: entries.enumerated().map { slot, entry in
        let points = entry.example.enumerated().map { (Double($0.offset), $0.element) }
        return LinePlot.Panel(
          y: PlotAxis(entry.name),
          series: [LinePlot.Series("gradient", points: points, emphasis: .thin, colorSlot: slot)], height: 80)
      })
    return [ViewFigure(svg: correlations.svg()), ViewFigure(suffix: "examples", svg: examples.svg())]
  }

  /// A row for each network or noise and distance.
  public var table: ViewTable {
    ViewTable(
      trusted: ["network", "lag", "autocorrelation_mean", "autocorrelation_deviation", "runs"],
      entries.flatMap { entry in
        (1...Self.lags).map { lag in
          let (mean, deviation) = entry.autocorrelation(lag: lag)
          return [
            .text(entry.name), .integer(lag), .number(mean), .number(deviation),
            .integer(entry.autocorrelations.count),
          ]
        }
      })
  }
}
