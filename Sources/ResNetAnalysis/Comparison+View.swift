import ResNetCore
import ResNetPlots
import ResNetTraining

extension Comparison: View {
  /// What its files are called.
  public static let name = "comparison"

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

  /// What is expected, and whose work says so.
  public static let expectation = """
    Residual networks get better with depth. Plain ones get worse from some depth on, on their training images too, \
    which is degradation and not overfitting: He et al. (2015), figures 1, 4 and 6, \
    https://arxiv.org/abs/1512.03385.
    """

  /// What is compared, as in `Errors of plain20, plain56, resnet20 and resnet56`.
  public var title: String { "Errors of \(listed(networks.map(\.name)))" }

  /// The verdict, and the numbers that it is made of.
  public var finding: String { verdict.text }

  /// The errors by iteration; the errors at the end by depth; where runs tested, how far the two lie apart.
  public var figures: [ViewFigure] {
    [ViewFigure(svg: errorFigure.svg()), ViewFigure(suffix: "depth", svg: depthFigure.svg())]
      + (gapFigure.map { [ViewFigure(suffix: "gap", svg: $0.svg())] } ?? [])
  }

  /// Four paragraphs and the networks' numbers.
  public var text: String {
    [title, finding, Self.definition, Self.expectation, summary.aligned].joined(separator: "\n\n") + "\n"
  }

  /// A row for each network; errors in percent, times in seconds.
  public var table: ViewTable {
    let measures: [(name: String, value: (Network) -> Spread?)] = [
      ("training_error_percent", { $0.trainingError }), ("test_error_percent", { $0.testError }),
      ("best_training_error_percent", { $0.bestTrainingError }), ("best_test_error_percent", { $0.bestTestError }),
      ("seconds", { $0.seconds }),
    ]
    return ViewTable(
      trusted: ["network", "kind", "layers", "parameters", "runs", "diverged", "epochs", "iterations"]
        + measures.flatMap { measure in ["", "_least", "_greatest"].map { measure.name + $0 } },
      networks.map { network in
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
  public var summary: ViewTable {
    ViewTable(
      trusted: ["network", "layers", "runs", "training error", "test error", "best"],
      networks.map { network in
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
}
