import ResNetCore
import ResNetFiles
import ResNetPlots
import ResNetTraining

extension Comparison {
  /// What is measured and how.
  public static let definition = """
    Every network is trained alike: same recipe, same images, same seeds. Errors are the share of images, in percent, \
    whose class does not have the greatest logit. The training error is that of an epoch's images as they are trained \
    on, changed at random and normalised by their batch, as in figures 1, 4 and 6 of He et al., "Deep residual learning \
    for image recognition" (2015); the test error is measured after each epoch. Figures and table show the median over \
    the seeds and the range from the least to the greatest; a run that diverged counts as worse than all others. An \
    error differs where the ranges do not overlap (and, of fewer than three seeds each, the medians by a percentage \
    point too). Layers are those with weights on the longest path; the projections of shortcuts do not count.
    """

  /// What `comparison.csv` holds: a row for each network; errors in percent, times in seconds.
  public func table() throws -> ViewTable {
    let measures: [(name: String, value: (Network) -> Spread?)] = [
      ("training_error_percent", { $0.trainingError }), ("test_error_percent", { $0.testError }),
      ("best_training_error_percent", { $0.bestTrainingError }), ("best_test_error_percent", { $0.bestTestError }),
      ("seconds", { $0.seconds }),
    ]
    return try ViewTable(
      columns: ["network", "kind", "layers", "parameters", "runs", "diverged", "epochs", "iterations"]
        + measures.flatMap { measure in ["", "_least", "_greatest"].map { measure.name + $0 } },
      rows: networks.map { network in
        let last = network.runs.compactMap(\.epochs.last).max { $0.step < $1.step }
        let counts = [
          network.layers, network.runs[0].parameters, network.runs.count, network.divergedCount, last?.number ?? 0,
          last?.step ?? 0,
        ]
        let spreads = measures.flatMap { measure -> [ViewTable.Cell] in
          guard let spread = measure.value(network) else { return [.empty, .empty, .empty] }
          return [spread.median, spread.least, spread.greatest].map(ViewTable.Cell.number)
        }
        let names: [ViewTable.Cell] = [.text(network.name), .text(network.kind.rawValue)]
        return names + counts.map(ViewTable.Cell.integer) + spreads
      })
  }

  /// The networks for people, a line each: errors in percent, at the end and the least on test images of any epoch.
  public func summary() throws -> ViewTable {
    try ViewTable(
      columns: ["network", "layers", "runs", "training error", "test error", "best"],
      rows: networks.map { network in
        [
          .text(network.name), .integer(network.layers), .integer(network.runs.count), cell(network.trainingError),
          cell(network.testError), network.bestTestError.map { .text(number($0.median)) } ?? .empty,
        ]
      })
  }

  private func cell(_ spread: Spread?) -> ViewTable.Cell {
    guard let spread else { return .empty }
    let range =
      spread.values.count == 1 || spread.least == .infinity
      ? "" : " (\(number(spread.least))–\(number(spread.greatest)))"
    return .text(number(spread.median) + range)
  }

  private func number(_ value: Double) -> String { value.isFinite ? fixed(value, 2) : "diverged" }

  /// Writes the comparison into a folder, which is made if need be: `errors.svg`, `depth.svg`, `gap.svg` (where runs
  /// tested), `comparison.csv` and `comparison.txt`.
  ///
  /// - Returns: the paths of the files.
  /// - Throws: `ResNetError` of code `inputOutput` where a file cannot be written.
  @discardableResult
  public func write(to folder: String) throws -> [String] {
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    let files =
      [("errors.svg", errorFigure.svg()), ("depth.svg", depthFigure.svg())]
      + (gapFigure.map { [("gap.svg", $0.svg())] } ?? [])
      + [
        ("comparison.csv", try table().commaSeparated),
        ("comparison.txt", [try summary().aligned, verdict.text, Self.definition].joined(separator: "\n\n") + "\n"),
      ]
    try RunFolder.makeFolder(folder)
    for (name, contents) in files { try AtomicFile.write(contents, to: base + name) }
    return files.map { base + $0.0 }
  }
}
