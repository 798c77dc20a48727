import ResNetCore
import ResNetPlots
import ResNetTraining

extension Updates {
  /// What it is called on the command line.
  public static let name = "updates"

  /// What is measured and how, with its source.
  public static let definition = """
    ‖ΔW‖ / ‖W‖ of each convolution and fully connected layer: how much one step of training changed its weights, momentum \
    and weight decay included, relative to their norm before it (both norms Euclidean). The run recorded four steps in \
    every epoch, evenly apart. All layers slow down together with the learning rate; one is said to have stopped where its \
    ratio stays, to the end of the run, below a tenth of the median over the layers at the same time.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    A step changes weights by about a thousandth of their size where the learning rate suits (a rule of thumb: notes \
    of Stanford's CS231n, https://cs231n.github.io/neural-networks-3/), and by less and less as the rate falls. No \
    layer stops long before the others.
    """

  /// What the view shows, of which networks.
  public var title: String { "Updates of weights by layer: \(listed(runs.map(\.name)))" }

  /// What is seen, in sentences made of the numbers.
  public var finding: String { runs.map(\.finding).joined(separator: " ") }

  /// For each run its layers over time as a heat map, then some layers as lines.
  public var figures: [ViewFigure] {
    runs.enumerated().flatMap { position, run in
      let suffix = position == 0 ? nil : String(run.name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
      let lines = ViewFigure(suffix: (suffix.map { $0 + "-" } ?? "") + "lines", svg: run.lines.svg())
      return (run.heatMap.map { [ViewFigure(suffix: suffix, svg: $0.svg())] } ?? []) + [lines]
    }
  }

  /// A row for each run, recorded step and layer.
  public var table: ViewTable {
    ViewTable(
      trusted: ["run", "step", "layer", "weight_norm", "update_norm", "update_ratio"],
      runs.flatMap { run in
        run.record.steps.flatMap { step in
          run.record.layers.indices.map { layer in
            [
              .text(run.name), .integer(step.number), .text(run.record.layers[layer]), .number(step.weights[layer]),
              .number(step.updates[layer]), .number(step.ratio(layer)),
            ]
          }
        }
      })
  }
}

extension Updates.Run {
  /// Layers by time, from the input at the top; `nil` for a run without a layer.
  fileprivate var heatMap: HeatMap? {
    let (steps, ratios) = columns(limit: 100)
    return try? HeatMap(
      ratios, rows: record.layers, columns: steps.map(String.init), title: "Updates of weights by layer: \(name)",
      subtitle: "‖ΔW‖ / ‖W‖ of single steps", rowTitle: "layer, from the input down", columnTitle: "step",
      valueTitle: "‖ΔW‖ / ‖W‖", valueScale: .logarithmic)
  }

  /// Some layers over time, evenly spread from the first to the last.
  fileprivate var lines: LinePlot {
    let count = min(6, record.layers.count)
    let chosen = (0..<count).map { $0 * (record.layers.count - 1) / max(count - 1, 1) }
    let series = chosen.map { layer in
      LinePlot.Series(
        record.layers[layer], points: record.steps.map { (Double($0.number), $0.ratio(layer)) }, emphasis: .thin)
    }
    return LinePlot(
      title: "Updates of weights: \(name)", subtitle: "some layers, evenly spread from the input to the output",
      x: PlotAxis("step"), panels: [LinePlot.Panel(y: PlotAxis("‖ΔW‖ / ‖W‖", scale: .logarithmic), series: series)])
  }

  fileprivate var finding: String {
    let (first, last) = (beginning, end)
    let part = max(1, record.layers.count / 3)
    let (front, back) = (
      median(of: last.prefix(part).filter(\.isFinite)), median(of: last.suffix(part).filter(\.isFinite))
    )
    var text =
      "\(name): in the first third of the run a step changes the weights of the median layer by "
      + "\(inThreeDigits(median(of: first.filter(\.isFinite)))) of their norm, in the last third by "
      + "\(inThreeDigits(median(of: last.filter(\.isFinite)))). In the last third the layers next to the input change by "
      + "\(inThreeDigits(front)), those next to the output by \(inThreeDigits(back)). "
    let stopped = zip(record.layers, stops).compactMap { layer, step in step.map { "\(layer) (step \($0))" } }
    if stopped.isEmpty {
      let slowest = last.indices.filter { last[$0].isFinite }.min { last[$0] < last[$1] }
      let rate = slowest.map { last[$0] / median(of: last.filter(\.isFinite)) } ?? .nan
      let which = slowest.map { record.layers[$0] } ?? "none"
      text += "No layer has stopped: the slowest at the end, \(which), still changes at \(inThreeDigits(rate)) of the "
      text += "median layer's pace."
    } else {
      let shown = stopped.prefix(5) + (stopped.count > 5 ? ["\(stopped.count - 5) more"] : [])
      text += "\(counted(stopped.count, "layer")) of \(record.layers.count) stopped changing: \(listed(Array(shown)))."
    }
    return text
  }
}
