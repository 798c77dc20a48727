import ResNetCore
import ResNetPlots

extension Lesions {
  /// The error by deleted block, by the number of deleted blocks and, where blocks can be exchanged, by their disorder.
  public var figures: [ViewFigure] {
    [
      ViewFigure(svg: singleFigure.svg()), ViewFigure(suffix: "several", svg: severalFigure.svg()),
      ViewFigure(suffix: "exchanged", svg: exchangedFigure.svg()),
    ].filter { $0.suffix != "exchanged" || networks.contains { !$0.exchanges.isEmpty } }
  }

  private var subtitle: String { "\(dataSet), \(counted(images, "image"))" }

  private var singleFigure: LinePlot {
    let longest = networks.map(\.blocks.count).max() ?? 0
    let guessing = LinePlot.Series(
      "guessing", points: [(1, chance), (Double(longest), chance)], emphasis: .thin, isDashed: true,
      colorSlot: networks.count)
    return LinePlot(
      title: "One block deleted", subtitle: subtitle, x: PlotAxis("deleted block"),
      panels: [
        LinePlot.Panel(
          y: PlotAxis("test error", unit: "%"),
          series: [guessing]
            + networks.enumerated().flatMap { slot, network in
              let last = Double(network.blocks.count)
              return [
                LinePlot.Series(
                  network.name + ", whole", points: [(1, network.error), (last, network.error)], emphasis: .thin,
                  isDashed: true, colorSlot: slot),
                LinePlot.Series(
                  network.name, points: network.blocks.enumerated().map { (Double($0 + 1), $1.error ?? .nan) },
                  colorSlot: slot),
              ]
            })
      ])
  }

  private var severalFigure: LinePlot {
    figure("Several blocks deleted", x: PlotAxis("deleted blocks")) { network in
      Dictionary(grouping: network.deletions, by: \.blocks.count)
        .map { Amount(x: Double($0.key), errors: $0.value.map(\.error)) }
    }
  }

  private var exchangedFigure: LinePlot {
    figure("Blocks exchanged", x: PlotAxis("pairs of blocks in reversed order", unit: "%")) { network in
      Dictionary(grouping: network.exchanges, by: \.swaps)
        .map { Amount(x: median(of: $0.value.map(\.reversedPercent)), errors: $0.value.map(\.error)) }
    }
  }

  /// The errors of all draws after so much was done.
  private struct Amount {
    var x: Double
    var errors: [Double]

    /// Exchanges of several numbers may leave the same disorder: all that is drawn decides.
    var place: (Double, Double, Double, Double) {
      (x, median(of: errors), errors.min() ?? .nan, errors.max() ?? .nan)
    }
  }

  /// Errors by how much was done, beginning with nothing: the median and the spread of each amount.
  private func figure(_ title: String, x: PlotAxis, _ amounts: (Network) -> [Amount]) -> LinePlot {
    LinePlot(
      title: title, subtitle: subtitle, x: x,
      panels: [
        LinePlot.Panel(
          y: PlotAxis("test error", unit: "%"),
          series: networks.map { network in
            let amounts = [Amount(x: 0, errors: [network.error])] + amounts(network).sorted { $0.place < $1.place }
            return LinePlot.Series(
              network.name, points: amounts.map { ($0.x, median(of: $0.errors)) },
              band: amounts.map {
                LinePlot.Extent(x: $0.x, low: $0.errors.min() ?? .nan, high: $0.errors.max() ?? .nan)
              })
          })
      ])
  }
}

extension Lesions.Exchange {
  /// The share of all pairs of blocks that stand the other way round, in percent.
  var reversedPercent: Double { 50 * (1 - kendallTau) }
}
