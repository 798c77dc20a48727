import Foundation

/// Where everything of a relief stands, in pixels from the upper left corner.
struct ReliefPlotLayout {
  typealias Place = LinePlotLayout.Place

  static let margin = LinePlotLayout.margin
  /// The side of the ground, and the height of the highest point above the lowest, in pixels before they are turned.
  static let side = 430.0
  static let rise = 230.0
  /// How far the ground is turned, and how far the eye is above it, in radians.
  static let turn = 38 * Double.pi / 180
  static let elevation = 38 * Double.pi / 180

  /// A cell of the surface.
  struct Cell {
    let corners: [Place]
    /// How near it is to the eye.
    let nearness: Double
    let color: Color
  }

  let plot: ReliefPlot
  let scale: ColorScale
  /// The cells, the farthest first.
  let cells: [Cell]
  /// The corners of the ground: the farthest, then clockwise as seen from above.
  let ground: [Place]
  let x, y: AxisScale
  let xTicks, yTicks: Ticks
  let top, width, height, legendLeft: Double
  private let origin: Place

  init(_ plot: ReliefPlot) {
    self.plot = plot
    let grid = plot.grid
    let values = grid.valueScale
    scale = ColorScale(title: grid.value.heading, ramp: .blue, axis: values)
    x = AxisScale(domain: grid.columns[0]...grid.columns[grid.columns.count - 1], scale: grid.x.scale)
    y = AxisScale(domain: grid.rows[0]...grid.rows[grid.rows.count - 1], scale: grid.y.scale)
    (xTicks, yTicks) = (Ticks(x, limit: 5), Ticks(y, limit: 5))
    top = plot.subtitle == nil ? 44.0 : 62
    let reach = Self.side * (cos(Self.turn) + sin(Self.turn)) / 2
    let origin = Place(
      x: Self.margin + 30 + reach,
      y: top + 12 + Self.rise * cos(Self.elevation) + reach * sin(Self.elevation))
    self.origin = origin

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
            corners: corners.map { $0.projected(from: origin) }, nearness: corners.reduce(0) { $0 + $1.nearness },
            color: Self.lit(ColorRamp.blue.color(level: level), by: Self.light(on: corners))))
      }
    }
    // Equally near ones in their order, so that the same values give the same bytes.
    self.cells = cells.enumerated().sorted { ($0.1.nearness, $0.0) < ($1.1.nearness, $1.0) }.map(\.element)
    ground = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
      .map { Point(across: $0.0, down: $0.1, height: 0).projected(from: origin) }
    legendLeft = origin.x + reach + 40
    let ticks = Ticks(values, limit: 6).labels.map {
      HeatMapLayout.barWidth + 8 + LinePlotLayout.tickSize.width(of: $0)
    }
    let heading = min(LinePlotLayout.headingSize.width(of: scale.title), HeatMapLayout.legendLimit)
    let titles = max(
      min(LinePlotLayout.titleSize.width(of: plot.title), 720),
      min(LinePlotLayout.textSize.width(of: plot.subtitle ?? ""), 720))
    width = (max(legendLeft + max(ticks.max() ?? 0, heading), Self.margin + titles) + Self.margin).rounded(.up)
    height = (origin.y + reach * sin(Self.elevation) + 44).rounded(.up)
  }

  /// Where a place on the ground lies, by its shares of the two axes.
  func place(_ x: Double, _ y: Double) -> Place {
    Point(across: x - 0.5, down: 0.5 - y, height: 0).projected(from: origin)
  }

  /// A point of the surface: shares of the ground's side from its middle, and of the rise from the ground.
  private struct Point {
    let across, down, height: Double

    private var turned: (x: Double, y: Double) {
      let (sine, cosine) = (sin(ReliefPlotLayout.turn), cos(ReliefPlotLayout.turn))
      return (across * cosine - down * sine, across * sine + down * cosine)
    }

    var nearness: Double { turned.y }

    func projected(from origin: Place) -> Place {
      let (x, y) = turned
      return Place(
        x: origin.x + x * ReliefPlotLayout.side,
        y: origin.y + y * ReliefPlotLayout.side * sin(ReliefPlotLayout.elevation)
          - height * ReliefPlotLayout.rise * cos(ReliefPlotLayout.elevation))
    }

    /// In pixels, upwards last.
    var solid: SIMD3<Double> {
      SIMD3(across * ReliefPlotLayout.side, down * ReliefPlotLayout.side, height * ReliefPlotLayout.rise)
    }
  }

  /// How much light falls on a cell, from 0 to 1 (Lambert), by the normal of its diagonals.
  private static func light(on corners: [Point]) -> Double {
    let first = corners[2].solid - corners[0].solid
    let second = corners[1].solid - corners[3].solid
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
