import Foundation

/// Where everything of a relief stands, in pixels from the upper left corner.
struct ReliefPlotLayout {
  typealias Place = LinePlotLayout.Place

  static let margin = LinePlotLayout.margin

  /// How a solid becomes a picture.
  struct Projection {
    /// The side of the ground, and the height of the highest point above the lowest, in pixels before they are turned.
    let side, rise: Double
    /// Where the middle of the ground lies.
    let origin: Place
    /// How far the ground is turned, and how far the eye is above it, in radians.
    static let turn = 38 * Double.pi / 180
    static let elevation = 38 * Double.pi / 180

    /// From the middle of the ground to its farthest corner at a side.
    static func reach(_ side: Double) -> Double { side * (cos(turn) + sin(turn)) / 2 }
  }

  /// A cell of the surface.
  struct Cell {
    let corners: [Place]
    /// How near it is to the eye.
    let nearness: Double
    let color: Color
  }

  let plot: ReliefPlot
  /// The heading for a narrow page; nil on a wide one.
  let narrow: NarrowHeading?
  let scale: ColorScale
  /// The cells, the farthest first.
  let cells: [Cell]
  /// The corners of the ground: the farthest, then clockwise as seen from above.
  let ground: [Place]
  let x, y: AxisScale
  let xTicks, yTicks: Ticks
  let top, width, height: Double
  /// Where the scale of colours begins.
  let legend: Place
  private let projection: Projection

  init(_ plot: ReliefPlot, isNarrow: Bool = false) {
    self.plot = plot
    let narrow = isNarrow ? NarrowHeading(plot.title, plot.subtitle) : nil
    self.narrow = narrow
    let grid = plot.grid
    let values = grid.valueScale
    scale = ColorScale(title: grid.value.heading, ramp: .blue, axis: values)
    x = AxisScale(domain: grid.columns[0]...grid.columns[grid.columns.count - 1], scale: grid.x.scale)
    y = AxisScale(domain: grid.rows[0]...grid.rows[grid.rows.count - 1], scale: grid.y.scale)
    (xTicks, yTicks) = (Ticks(x, limit: 5), Ticks(y, limit: 5))
    top = narrow?.bottom ?? (plot.subtitle == nil ? 44.0 : 62)
    let (side, rise) = isNarrow ? (196.0, 105.0) : (430, 230)
    let reach = Projection.reach(side)
    let origin = Place(
      x: isNarrow ? NarrowHeading.width / 2 : Self.margin + 30 + reach,
      y: top + 12 + rise * cos(Projection.elevation) + reach * sin(Projection.elevation))
    let projection = Projection(side: side, rise: rise, origin: origin)
    self.projection = projection

    let heights = grid.heights(on: values)
    let (scaleX, scaleY) = (x, y)
    let across = grid.columns.map { scaleX.fraction(of: $0) - 0.5 }
    let down = grid.rows.map { 0.5 - scaleY.fraction(of: $0) }
    var cells: [Cell] = []
    for row in down.indices.dropLast() {
      for column in across.indices.dropLast() {
        let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
          .map { Point(across: across[$0.1], down: down[$0.0], height: heights[$0.0][$0.1]) }
        guard corners.allSatisfy({ $0.height.isFinite }) else { continue }
        let height = corners.reduce(0) { $0 + $1.height } / 4
        let level = Int((height * Double(ColorRamp.levels - 1)).rounded())
        cells.append(
          Cell(
            corners: corners.map { $0.projected(projection) }, nearness: corners.reduce(0) { $0 + $1.nearness },
            color: Self.lit(
              ColorRamp.blue.color(level: level), by: Self.light(on: corners.map { $0.solid(projection) }))))
      }
    }
    // Equally near ones in their order, so that the same values give the same bytes.
    self.cells = cells.enumerated().sorted { ($0.1.nearness, $0.0) < ($1.1.nearness, $1.0) }.map(\.element)
    ground = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
      .map { Point(across: $0.0, down: $0.1, height: 0).projected(projection) }
    let below = origin.y + reach * sin(Projection.elevation) + 44
    if isNarrow {
      legend = Place(x: NarrowHeading.margin, y: below)
      width = NarrowHeading.width
      height = (below + HeatMapLayout.scaleHeight).rounded(.up)
      return
    }
    legend = Place(x: origin.x + reach + 40, y: top + 4)
    let ticks = Ticks(values, limit: 6).labels.map {
      HeatMapLayout.barWidth + 8 + LinePlotLayout.tickSize.width(of: $0)
    }
    let heading = min(LinePlotLayout.headingSize.width(of: scale.title), HeatMapLayout.legendLimit)
    let titles = max(
      min(LinePlotLayout.titleSize.width(of: plot.title), 720),
      min(LinePlotLayout.textSize.width(of: plot.subtitle ?? ""), 720))
    width = (max(legend.x + max(ticks.max() ?? 0, heading), Self.margin + titles) + Self.margin).rounded(.up)
    height = below.rounded(.up)
  }

  /// Where a place on the ground lies, by its shares of the two axes.
  func place(_ x: Double, _ y: Double) -> Place {
    Point(across: x - 0.5, down: 0.5 - y, height: 0).projected(projection)
  }

  /// A point of the surface: shares of the ground's side from its middle, and of the rise from the ground.
  private struct Point {
    let across, down, height: Double

    private var turned: (x: Double, y: Double) {
      let (sine, cosine) = (sin(Projection.turn), cos(Projection.turn))
      return (across * cosine - down * sine, across * sine + down * cosine)
    }

    var nearness: Double { turned.y }

    func projected(_ projection: Projection) -> Place {
      let (x, y) = turned
      return Place(
        x: projection.origin.x + x * projection.side,
        y: projection.origin.y + y * projection.side * sin(Projection.elevation)
          - height * projection.rise * cos(Projection.elevation))
    }

    /// In pixels, upwards last.
    func solid(_ projection: Projection) -> SIMD3<Double> {
      SIMD3(across * projection.side, down * projection.side, height * projection.rise)
    }
  }

  /// How much light falls on a cell, from 0 to 1 (Lambert), by the normal of its diagonals.
  private static func light(on corners: [SIMD3<Double>]) -> Double {
    let first = corners[2] - corners[0]
    let second = corners[1] - corners[3]
    var normal = SIMD3(
      first.y * second.z - first.z * second.y, first.z * second.x - first.x * second.z,
      first.x * second.y - first.y * second.x)
    if normal.z < 0 { normal = -normal }
    let length = (normal * normal).sum().squareRoot()
    // From the left, a little from behind, and from above.
    let source = SIMD3(-0.62, -0.28, 0.73)
    return length > 0 ? max(0, (normal * source).sum() / length / (source * source).sum().squareRoot()) : 0
  }

  /// A colour in some light: flat ground keeps its own, slopes away from the light darken, slopes towards it brighten.
  private static func lit(_ color: Color, by light: Double) -> Color {
    let flat = 0.73
    return light < flat
      ? color.mixed(with: Color(0x0B1520), 0.6 * (flat - light) / flat)
      : color.mixed(with: .white, 0.5 * (light - flat) / (1 - flat))
  }
}
