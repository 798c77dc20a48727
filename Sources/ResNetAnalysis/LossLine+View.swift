import ResNetCore
import ResNetPlots

extension LossLine {
  /// What the view is called on the command line and in the names of its files.
  public static let name = "line"

  /// What is measured and how, with its sources.
  public static let definition = """
    Loss and error of the networks (1 − t)·θ₁ + t·θ₂ on the straight line between two trainings of one network. All \
    parameters are mixed, and the running statistics of batch normalisation with them: they are not gathered anew, so that \
    a part of what lies between the ends comes from statistics that fit neither network (Jordan et al., "REPAIR", 2023). \
    The barrier is the most by which the error lies above the straight line between the errors of the ends. Sources: \
    Goodfellow, Vinyals and Saxe, "Qualitatively characterizing neural network optimization problems", ICLR 2015; \
    Frankle, Dziugaite, Roy and Carbin, "Linear mode connectivity and the lottery ticket hypothesis", ICML 2020.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Two trainings from different beginnings end in different basins, with a barrier between them; two that part \
    after some time of training together end in the same one. Frankle et al. (2020), \
    https://arxiv.org/abs/1912.05671.
    """

  /// What the figure shows, of which network.
  public var title: String { "Loss between \(first) and \(second)" }

  /// What is seen, made of the view's own numbers.
  public var finding: String {
    let texts = curves.map { curve in
      let (height, place) = curve.barrier(at: places)
      let ends = "\(inThreeDigits(curve.errors.first ?? .nan)) % and \(inThreeDigits(curve.errors.last ?? .nan)) %"
      let top = zip(places, curve.errors).max { $0.1 < $1.1 } ?? (.nan, .nan)
      return
        "On \(counted(curve.images, "image")) of \(curve.dataSet) the two are wrong in \(ends); between them the error "
        + "is at most \(inThreeDigits(top.1)) % (t = \(inThreeDigits(top.0))), a barrier of \(inThreeDigits(height)) "
        + "percentage points at t = \(inThreeDigits(place))."
    }
    // Frankle et al. call two networks connected where the barrier is below 2 points.
    let isConnected = curves.allSatisfy { $0.barrier(at: places).height < 2 }
    return texts.joined(separator: " ")
      + (isConnected
        ? " The two lie in one basin, as far as the line shows." : " A ridge lies between them: they are two basins.")
  }

  /// Loss and error along the line, test images bold.
  public var figures: [ViewFigure] {
    func panel(_ axis: PlotAxis, _ values: (Curve) -> [Double]) -> LinePlot.Panel {
      LinePlot.Panel(
        y: axis,
        series: curves.enumerated().map { number, curve in
          let isTest = number > 0
          return LinePlot.Series(
            curve.dataSet, points: zip(places, values(curve)), emphasis: isTest ? .bold : .thin, isDashed: !isTest)
        })
    }
    let images = curves.map { "\(counted($0.images, "image")) of \($0.dataSet)" }
    let plot = LinePlot(
      title: title, subtitle: "\(places.count) points, \(listed(images)), running statistics mixed too",
      x: PlotAxis("t, from \(first) to \(second)"),
      panels: [
        panel(PlotAxis("cross-entropy", unit: "nats")) { $0.losses }, panel(PlotAxis("error", unit: "%")) { $0.errors },
      ])
    return [ViewFigure(svg: plot.svg())]
  }

  /// A row for each place on each set of images.
  public var table: ViewTable {
    let rows = curves.flatMap { curve in
      places.indices.map { index -> [ViewTable.Cell] in
        [
          .text(curve.dataSet), .number(places[index]), .number(curve.losses[index]), .number(curve.errors[index]),
        ]
      }
    }
    return ViewTable(trusted: ["images", "t", "loss_nats", "error_percent"], rows)
  }
}
