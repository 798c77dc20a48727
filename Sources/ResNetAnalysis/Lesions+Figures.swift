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
      [(0, [network.error])]
        + Dictionary(grouping: network.deletions, by: \.blocks.count).sorted { $0.key < $1.key }
        .map { (Double($0.key), $0.value.map(\.error)) }
    }
  }

  private var exchangedFigure: LinePlot {
    figure("Blocks exchanged", x: PlotAxis("pairs of blocks in reversed order", unit: "%")) { network in
      [(0, [network.error])]
        + Dictionary(grouping: network.exchanges, by: \.swaps).sorted { $0.key < $1.key }
        .map { entry in (median(of: entry.value.map(\.reversedPercent)), entry.value.map(\.error)) }
        .sorted { $0.0 < $1.0 }
    }
  }

  /// Errors by how much was done: the median and the spread of each amount.
  private func figure(
    _ title: String, x: PlotAxis, _ errors: (Network) -> [(Double, [Double])]
  ) -> LinePlot {
    LinePlot(
      title: title, subtitle: subtitle, x: x,
      panels: [
        LinePlot.Panel(
          y: PlotAxis("test error", unit: "%"),
          series: networks.map { network in
            let errors = errors(network)
            return LinePlot.Series(
              network.name, points: errors.map { ($0.0, median(of: $0.1)) },
              band: errors.map { LinePlot.Extent(x: $0.0, low: $0.1.min() ?? .nan, high: $0.1.max() ?? .nan) })
          })
      ])
  }
}

extension Lesions.Exchange {
  /// The share of all pairs of blocks that stand the other way round, in percent.
  var reversedPercent: Double { 50 * (1 - kendallTau) }
}
