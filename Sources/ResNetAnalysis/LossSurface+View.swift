import Foundation
import ResNetCore
import ResNetPlots

extension LossSurface {
  /// What the view is called on the command line and in the names of its files.
  public static let name = "surface"

  /// What is measured and how, with its sources.
  public static let definition = """
    The loss surface is f(α, β) = L(θ + αδ + βη): the mean cross-entropy, over training images that are not augmented, of \
    the network whose weights are moved along two random directions δ and η. Their elements are normal random numbers; \
    each filter of a direction (all weights of one output of a convolution or of a fully connected layer) is then scaled \
    to the Euclidean norm of the network's own filter, so that networks whose weights are of different size can be \
    compared. Biases and the parameters of batch normalisation do not move, and running statistics stay those of the \
    trained network, as in the authors' code; f(0, 0) is the loss of the trained network itself. Source: Li, Xu, Taylor, \
    Studer and Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Networks with shortcuts lie in one wide, nearly convex basin; deep plain ones among steep walls and many small \
    valleys. Li et al. (2018), https://arxiv.org/abs/1712.09913.
    """

  /// What the figure shows, of which network.
  public var title: String { "Loss surface of \(network)" }

  /// The loss of the network itself, in nats.
  public var centerLoss: Double { losses[settings.points / 2][settings.points / 2] }

  /// The points that are lower than all points around them, the lowest first; those on the rim do not count.
  public var localMinima: [(alpha: Double, beta: Double, loss: Double)] {
    let coordinates = settings.coordinates
    var found: [(alpha: Double, beta: Double, loss: Double)] = []
    for row in 1..<(settings.points - 1) {
      for column in 1..<(settings.points - 1) {
        let own = losses[row][column]
        let around = (-1...1).flatMap { down in
          (-1...1).filter { down != 0 || $0 != 0 }.map { losses[row + down][column + $0] }
        }
        // One that is not a number is no lower than anything.
        if around.allSatisfy({ own < $0 || $0.isNaN }), own.isFinite {
          found.append((coordinates[column], coordinates[row], own))
        }
      }
    }
    return found.sorted { $0.loss < $1.loss }
  }

  /// What is seen, made of the view's own numbers.
  public var finding: String {
    let all = losses.joined()
    let guessing = log(Double(classes))
    let better = all.count { $0 < guessing }
    let broken = all.count { !$0.isFinite }
    let square = "from −\(inThreeDigits(settings.reach)) to \(inThreeDigits(settings.reach))"
    var text =
      "At the centre, the network itself, the loss over \(counted(images, "image")) of \(dataSet) is "
      + "\(inThreeDigits(centerLoss)) nats; where α and β go \(square) it rises to "
      + "\(inThreeDigits(all.filter(\.isFinite).max() ?? .nan)). In \(inThreeDigits(100 * Double(better) / Double(all.count))) % "
      + "of the square it stays below \(inThreeDigits(guessing)), what guessing one of \(classes) classes costs. "
    let minima = localMinima
    switch minima.count {
    case 0: text += "No point of the grid is lower than all around it: the surface falls towards its rim. "
    case 1:
      text +=
        "There is 1 local minimum on the grid: one basin, as far as \(settings.points)×\(settings.points) points tell. "
    default: text += "There are \(minima.count) local minima on the grid: the surface is not one basin. "
    }
    if let lowest = minima.first, lowest.loss < centerLoss {
      text +=
        "The lowest, \(inThreeDigits(lowest.loss)) at α = \(inThreeDigits(lowest.alpha)), β = \(inThreeDigits(lowest.beta)), "
        + "is not where training ended. "
    }
    if broken > 0 { text += "At \(counted(broken, "point")) the loss is not a finite number. " }
    return text.trimmingCharacters(in: .whitespaces)
  }

  /// Contours with the network marked, and a lit relief.
  public var figures: [ViewFigure] {
    let shown = losses.joined().filter(\.isFinite)
    let (low, high) = (shown.min() ?? 0, shown.max() ?? 0)
    // Ratios matter where a loss is many times another.
    let scale: PlotAxis.Scale = low > 0 && high > 20 * low ? .logarithmic : .linear
    let coordinates = settings.coordinates
    // The grid has a row and a column for each coordinate, which rise.
    guard
      let grid = try? ValueGrid(
        losses, columns: coordinates, rows: coordinates, x: PlotAxis("α, along δ"), y: PlotAxis("β, along η"),
        value: PlotAxis("cross-entropy", unit: "nats", scale: scale))
    else { return [] }
    let subtitle =
      "\(settings.points)×\(settings.points) points, \(counted(images, "image")) of \(dataSet), directions of seed "
      + "\(settings.seed)"
    let mark = ContourPlot.Mark(x: 0, y: 0, name: "as trained: \(inThreeDigits(centerLoss))")
    return [
      ViewFigure(svg: ContourPlot(title: title, subtitle: subtitle, grid: grid, marks: [mark]).svg()),
      ViewFigure(suffix: "relief", svg: ReliefPlot(title: title, subtitle: subtitle, grid: grid).svg()),
    ]
  }

  /// A row for each point, α first.
  public var table: ViewTable {
    let coordinates = settings.coordinates
    let rows = coordinates.indices.flatMap { row in
      coordinates.indices.map { column -> [ViewTable.Cell] in
        [
          .number(coordinates[column]), .number(coordinates[row]), .number(losses[row][column]),
          .number(errors[row][column]),
        ]
      }
    }
    return ViewTable(trusted: ["alpha", "beta", "loss_nats", "error_percent"], rows)
  }
}
