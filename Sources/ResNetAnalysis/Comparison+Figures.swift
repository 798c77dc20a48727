import ResNetCore
import ResNetPlots
import ResNetTraining

extension Comparison {
  /// Training error (thin) and test error (bold) by iteration: the median over the seeds, and between which values the
  /// seeds lie.
  public var errorFigure: LinePlot {
    let series = networks.enumerated().flatMap { slot, network in
      [
        network.course("\(network.name), training", slot, isBold: false) { $0.trainingError },
        network.course("\(network.name), test", slot, isBold: true) { $0.testError },
      ].compactMap(\.self)
    }
    return LinePlot(
      title: "Errors by iteration", subtitle: subtitle, x: PlotAxis("iteration"),
      panels: [LinePlot.Panel(y: PlotAxis("error", unit: "%"), series: series, height: 420)])
  }

  /// How far the test error lies above the training error, by iteration; `nil` where no run tested.
  public var gapFigure: LinePlot? {
    let series = networks.enumerated().compactMap { slot, network in
      network.course(network.name, slot, isBold: true) { epoch in epoch.testError.map { $0 - epoch.trainingError } }
    }
    guard !series.isEmpty else { return nil }
    return LinePlot(
      title: "Test error − training error", subtitle: subtitle, x: PlotAxis("iteration"),
      panels: [LinePlot.Panel(y: PlotAxis("gap", unit: "points"), series: series, height: 300)])
  }

  /// Training error (thin) and test error (bold) at the end, by the number of layers, a line for each kind of network.
  public var depthFigure: LinePlot {
    let series = families.enumerated().flatMap { slot, family in
      [
        family.line("\(family.name), training", slot, isBold: false, \.trainingError),
        family.line("\(family.name), test", slot, isBold: true, \.testError),
      ].compactMap(\.self)
    }
    return LinePlot(
      title: "Errors at the end by the number of layers", subtitle: subtitle, x: PlotAxis("layers"),
      panels: [LinePlot.Panel(y: PlotAxis("error", unit: "%"), series: series, height: 360)])
  }

  /// How the runs came about.
  private var subtitle: String {
    let first = networks[0].runs[0]
    let recipes = Set(networks.flatMap(\.runs).map(\.recipe))
    let counts = Set(networks.map(\.runs.count))
    let seeds = counts.min() == counts.max() ? "\(counts.max() ?? 1)" : "\(counts.min() ?? 1) to \(counts.max() ?? 1)"
    return first.images
      + (recipes.count == 1 ? ", \(first.recipe.name), batch \(first.recipe.batch)" : ", several recipes")
      + (counts.max() == 1 ? ", one seed" : ", median and range of \(seeds) seeds")
  }
}

extension Comparison.Network {
  /// A value by iteration; `nil` where it was never measured.
  fileprivate func course(
    _ name: String, _ slot: Int, isBold: Bool, _ value: (RunCurve.Epoch) -> Double?
  ) -> LinePlot.Series? {
    let longest = runs.map(\.epochs).max { $0.count < $1.count } ?? []
    guard longest.contains(where: { value($0) != nil }) else { return nil }
    let spreads = longest.indices.compactMap { position in
      // Behind the end of a run that diverged its errors are worse than any.
      Spread(runs.map { position < $0.epochs.count ? value($0.epochs[position]) ?? .nan : .infinity })
    }
    let steps = longest.map { Double($0.step) }
    return LinePlot.Series(
      name, points: zip(steps, spreads.map(\.median)),
      emphasis: isBold ? .bold : .thin, isDashed: !isBold, colorSlot: slot,
      band: runs.count < 2
        ? [] : zip(steps, spreads).map { LinePlot.Extent(x: $0, low: $1.least, high: $1.greatest) })
  }
}

extension Comparison.Family {
  /// An error at the end by depth; `nil` where it was never measured.
  fileprivate func line(
    _ name: String, _ slot: Int, isBold: Bool, _ error: (Comparison.Network) -> Spread?
  ) -> LinePlot.Series? {
    let measured = networks.compactMap { network in error(network).map { (Double(network.layers), $0) } }
    guard !measured.isEmpty else { return nil }
    return LinePlot.Series(
      name, points: measured.map { ($0, $1.median) },
      emphasis: isBold ? .bold : .thin, isDashed: !isBold, colorSlot: slot,
      band: measured.contains { $1.values.count > 1 }
        ? measured.map { LinePlot.Extent(x: $0, low: $1.least, high: $1.greatest) } : [])
  }
}
