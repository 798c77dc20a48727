import Foundation

/// Where everything of a contour plot stands, in pixels from the upper left corner.
struct ContourPlotLayout {
  typealias Place = LinePlotLayout.Place

  static let margin = LinePlotLayout.margin
  static let labelSize = TextSize(size: 10)
  static let bandWidth = 14.0

  /// A level, the line there, and its number.
  struct Level {
    let value: Double
    let text: String
    /// What lies above the level, as closed lines.
    let areas: [Contours.Trace]
    let lines: [Contours.Trace]
    var label: Label?
  }

  /// A number on a line.
  struct Label {
    let middle: Place
    /// Degrees, clockwise.
    let turn: Double
  }

  /// A place that is pointed out.
  struct Mark {
    let name: String
    let place: Place
    /// Where its name begins or ends.
    let text: Place
    let isEnding: Bool
  }

  let plot: ContourPlot
  /// The heading for a narrow page; nil on a wide one.
  let narrow: NarrowHeading?
  let left, right, top, bottom: Double
  let x, y: AxisScale
  let xTicks, yTicks: Ticks
  /// From the lowest to the highest.
  let levels: [Level]
  /// One colour below the first level, and one above each.
  let colors: [Color]
  /// The corners of cells that touch a hole, `[left, top, right, bottom]`.
  let holes: [[Double]]
  let marks: [Mark]
  let width, height: Double

  init(_ plot: ContourPlot, isNarrow: Bool = false) {
    let grid = plot.grid
    let narrow = isNarrow ? NarrowHeading(plot.title, plot.subtitle) : nil
    let margin = isNarrow ? NarrowHeading.margin : Self.margin
    let room = isNarrow ? 260.0 : 500
    let x = AxisScale(domain: grid.columns[0]...grid.columns[grid.columns.count - 1], scale: grid.x.scale)
    let y = AxisScale(domain: grid.rows[0]...grid.rows[grid.rows.count - 1], scale: grid.y.scale)
    yTicks = LinePlotLayout.ticks(y, over: room, distance: 48) { _ in LinePlotLayout.tickSize.size + 2 }
    xTicks = LinePlotLayout.ticks(x, over: room, distance: 48) { LinePlotLayout.tickSize.width(of: $0) + 8 }
    let tickWidth = yTicks.labels.map(LinePlotLayout.tickSize.width(of:)).max() ?? 0
    let left = (margin + (grid.y.heading.isEmpty ? 0 : 20) + tickWidth + 8).rounded()
    // Half of the last number below stands beside the field.
    let side = isNarrow ? NarrowHeading.width - left - 18 : room
    let top = narrow.map { $0.bottom + 14 } ?? (plot.subtitle == nil ? 48.0 : 66)
    let (right, bottom) = (left + side, top + side)
    (self.plot, self.narrow, self.x, self.y) = (plot, narrow, x, y)
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    func place(_ column: Double, _ row: Double) -> Place {
      Place(x: left + x.fraction(of: column) * side, y: bottom - y.fraction(of: row) * side)
    }
    let columns = grid.columns.map { place($0, grid.rows[0]).x }
    let rows = grid.rows.map { place(grid.columns[0], $0).y }

    let scale = grid.valueScale
    let heights = grid.heights(on: scale)
    let ticks = Ticks(scale, limit: 12)
    let area = Contours(x: columns, y: rows, heights: heights, isBounded: true)
    let lines = Contours(x: columns, y: rows, heights: heights, isBounded: false)
    var levels = zip(ticks.values, ticks.labels).map { value, text in
      let height = scale.fraction(of: value)
      return Level(value: value, text: text, areas: area.traces(at: height), lines: lines.traces(at: height))
    }
    // A level that nothing lies below or above of has no line.
    levels.removeAll { $0.lines.isEmpty }
    colors = (0...levels.count).map {
      ColorRamp.blue.color(level: levels.isEmpty ? 0 : $0 * (ColorRamp.levels - 1) / levels.count)
    }
    holes = heights.indices.dropLast().flatMap { row in
      columns.indices.dropLast().compactMap { column in
        let corners = [
          heights[row][column], heights[row][column + 1], heights[row + 1][column], heights[row + 1][column + 1],
        ]
        guard corners.contains(where: \.isNaN) else { return nil }
        return [columns[column], rows[row + 1], columns[column + 1], rows[row]]
      }
    }
    marks = plot.marks.compactMap { mark in
      guard x.domain.contains(mark.x), y.domain.contains(mark.y) else { return nil }
      let place = place(mark.x, mark.y)
      let isEnding = place.x + 10 + LinePlotLayout.textSize.width(of: mark.name) > right - 4
      return Mark(
        name: mark.name, place: place, text: Place(x: place.x + (isEnding ? -10 : 10), y: place.y + 4),
        isEnding: isEnding)
    }
    let field = (left + 4)...(right - 4)
    var labels = LabelRoom(x: field, y: (top + 4)...(bottom - 4))
    for mark in marks {
      let half = LinePlotLayout.textSize.width(of: mark.name) / 2 + 10
      labels.take(Place(x: mark.place.x + (mark.isEnding ? -half : half), y: mark.place.y), radius: half)
    }
    // The highest lines are the longest, and have a choice left when the others are done.
    for index in levels.indices {
      levels[index].label = labels.label(on: levels[index].lines, width: Self.labelSize.width(of: levels[index].text))
    }
    self.levels = levels
    let below = bottom + 18 + (grid.x.heading.isEmpty ? 0 : 20) + 14
    if isNarrow {
      width = NarrowHeading.width
      height = below + Self.stripHeight + (holes.isEmpty ? 0 : 24)
      return
    }
    let legend = levels.map { Self.bandWidth + 8 + LinePlotLayout.tickSize.width(of: $0.text) }.max() ?? 0
    let titles = max(
      min(LinePlotLayout.titleSize.width(of: plot.title), 720),
      min(LinePlotLayout.textSize.width(of: plot.subtitle ?? ""), 720))
    let heading = min(LinePlotLayout.headingSize.width(of: grid.value.heading), HeatMapLayout.legendLimit)
    width = (max(right + 28 + max(legend, heading), Self.margin + titles) + Self.margin).rounded(.up)
    height = below
  }

  /// The height of the bands side by side, with their heading and the numbers below them.
  static let stripHeight = 64.0
}

/// The places of numbers on lines: none covers another.
private struct LabelRoom {
  typealias Place = LinePlotLayout.Place

  let x, y: ClosedRange<Double>
  private var taken: [(middle: Place, radius: Double)] = []

  init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    self.x = x
    self.y = y
  }

  /// Keeps others away from a place.
  mutating func take(_ middle: Place, radius: Double) { taken.append((middle, radius)) }

  /// The straightest stretch for a text on the longest line, where there is one.
  mutating func label(on lines: [Contours.Trace], width: Double) -> ContourPlotLayout.Label? {
    let lengths = lines.map { line in zip(line.places, line.places.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) }
    }
    guard let longest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }), lengths[longest] > 2 * width + 12 else {
      return nil
    }
    let places = lines[longest].places
    var best: (bend: Double, label: ContourPlotLayout.Label)?
    for middle in places.indices {
      guard let (bend, turn) = stretch(places, round: middle, width: width) else { continue }
      guard bend < best?.bend ?? .infinity, isFree(places[middle], radius: width / 2 + 2) else { continue }
      best = (bend, ContourPlotLayout.Label(middle: places[middle], turn: turn))
    }
    guard let best, best.bend < 0.35 * width else { return nil }
    take(best.label.middle, radius: width / 2 + 2)
    return best.label
  }

  /// How far a place lies from the straight line between those about half a text before and behind it, and that line's
  /// direction; `nil` at a line's ends.
  private func stretch(_ places: [Place], round middle: Int, width: Double) -> (bend: Double, turn: Double)? {
    let reach = width / 2 + 3
    let before = places[..<middle].lastIndex { distance($0, places[middle]) >= reach }
    let behind = places[middle...].firstIndex { distance($0, places[middle]) >= reach }
    guard let before, let behind else { return nil }
    let (start, end) = (places[before], places[behind])
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = max((dx * dx + dy * dy).squareRoot(), 1e-9)
    let bend = abs((places[middle].x - start.x) * dy - (places[middle].y - start.y) * dx) / length
    var turn = atan2(dy, dx) * 180 / .pi
    // Nobody reads upside down.
    if turn > 90 { turn -= 180 } else if turn <= -90 { turn += 180 }
    return (bend, turn)
  }

  private func isFree(_ place: Place, radius: Double) -> Bool {
    place.x - radius >= x.lowerBound && place.x + radius <= x.upperBound && place.y - radius >= y.lowerBound
      && place.y + radius <= y.upperBound && taken.allSatisfy { distance($0.middle, place) >= $0.radius + radius }
  }

  private func distance(_ a: Place, _ b: Place) -> Double {
    let (x, y) = (a.x - b.x, a.y - b.y)
    return (x * x + y * y).squareRoot()
  }
}
