/// Where everything of a scatter plot stands, in pixels from the upper left corner.
struct ScatterPlotLayout {
  private typealias Style = LinePlotLayout
  typealias Place = LinePlotLayout.Place

  static let margin = LinePlotLayout.margin
  static let nameSize = TextSize(size: 11)
  static let fieldHeight = 400.0

  /// A point on the page, and where its name begins or ends, where it has room.
  struct Dot {
    let point: ScatterPlot.Point
    let place: Place
    var name: (text: String, place: Place, anchor: SVGWriter.Anchor)?
  }

  let plot: ScatterPlot
  let left, right, top, bottom, height: Double
  let x, y: AxisScale
  let xTicks, yTicks: Ticks
  let dots: [Dot]

  init(_ plot: ScatterPlot) {
    self.plot = plot
    let points = plot.points.filter {
      AxisScale.shows($0.x, on: plot.x.scale) && AxisScale.shows($0.y, on: plot.y.scale)
    }
    let (x, y) = (
      AxisScale(points.map(\.x), scale: plot.x.scale, isPadded: true),
      AxisScale(points.map(\.y), scale: plot.y.scale, isPadded: true)
    )
    let top = plot.subtitle == nil ? 64.0 : 84
    let bottom = top + Self.fieldHeight
    yTicks = Style.ticks(y, over: Self.fieldHeight, distance: 40) { _ in Style.tickSize.size + 2 }
    let left = Self.margin + (yTicks.labels.map(Style.tickSize.width(of:)).max() ?? 0) + 8
    let right = Style.width - Self.margin - 32
    xTicks = Style.ticks(x, over: right - left, distance: 48) { Style.tickSize.width(of: $0) + 8 }
    (self.x, self.y, self.left, self.right, self.top, self.bottom) = (x, y, left, right, top, bottom)
    height = bottom + 18 + (plot.x.heading.isEmpty ? 0 : 20) + 14

    var dots = points.map { point in
      Dot(
        point: point,
        place: Place(
          x: left + x.fraction(of: point.x) * (right - left), y: bottom - y.fraction(of: point.y) * (bottom - top)))
    }
    // A name covers no point and no other name.
    var taken = dots.map { Box(x: ($0.place.x - 5)...($0.place.x + 5), y: ($0.place.y - 5)...($0.place.y + 5)) }
    for index in dots.indices where !dots[index].point.name.isEmpty {
      let place = dots[index].place
      let text = Self.nameSize.shortened(dots[index].point.name, to: 180)
      let width = Self.nameSize.width(of: text)
      let places: [(Double, Double, SVGWriter.Anchor)] = [
        (9, 4, .start), (-9, 4, .end), (0, -9, .middle), (0, 17, .middle), (7, -7, .start), (7, 15, .start),
        (-7, -7, .end), (-7, 15, .end),
      ]
      for (dx, dy, anchor) in places {
        let start = place.x + dx - (anchor == .end ? width : anchor == .middle ? width / 2 : 0)
        let box = Box(x: start...(start + width), y: (place.y + dy - 9)...(place.y + dy + 3))
        let isInside =
          start >= left + 2 && start + width <= Style.width - 4 && box.y.lowerBound >= top && box.y.upperBound <= bottom
        guard isInside, !taken.contains(where: box.overlaps) else { continue }
        taken.append(box)
        dots[index].name = (text, Place(x: place.x + dx, y: place.y + dy), anchor)
        break
      }
    }
    self.dots = dots
  }

  private struct Box {
    let x, y: ClosedRange<Double>

    func overlaps(_ other: Box) -> Bool { x.overlaps(other.x) && y.overlaps(other.y) }
  }

  /// The figure as SVG.
  func svg() -> String {
    var writer = SVGWriter(width: Style.width, height: height, title: plot.title, description: description)
    writer.heading(plot.title, plot.subtitle, room: Style.width - 2 * Self.margin)
    let heading = Style.headingSize.shortened(plot.y.heading, to: Style.width - 2 * Self.margin)
    writer.text(heading, Style.headingSize, x: Self.margin, y: top - 12, full: plot.y.heading)
    drawGrid(into: &writer)
    if dots.isEmpty {
      writer.text(
        "no finite values", Style.textSize, x: (left + right) / 2, y: (top + bottom) / 2, anchor: .middle,
        color: .softInk)
    }
    for dot in dots {
      let color = Palette.colors[Palette.index(of: dot.point.colorSlot)]
      writer.dot(x: dot.place.x, y: dot.place.y, radius: 4, fill: color, hint: dot.point.name)
      guard let name = dot.name else { continue }
      writer.text(
        name.text, Self.nameSize, x: name.place.x, y: name.place.y, anchor: name.anchor, color: color.readable,
        full: dot.point.name)
    }
    return writer.finished()
  }

  /// What a screen reader says.
  private var description: String {
    "Scatter plot of \(plot.y.heading) by \(plot.x.heading): \(dots.count) points."
  }

  private func drawGrid(into writer: inout SVGWriter) {
    let columns = xTicks.values.map { left + x.fraction(of: $0) * (right - left) }
    let rows = yTicks.values.map { bottom - y.fraction(of: $0) * (bottom - top) }
    let lines =
      columns.map { "M\(pixels($0)) \(pixels(top))V\(pixels(bottom))" }
      + rows.map { "M\(pixels(left)) \(pixels($0))H\(pixels(right))" }
    writer.stroke(lines.joined(), .grid)
    writer.stroke("M\(pixels(left)) \(pixels(top))V\(pixels(bottom))H\(pixels(right))", .axis)
    for (column, text) in zip(columns, xTicks.labels) {
      writer.text(text, Style.tickSize, x: column, y: bottom + 18, anchor: .middle, color: .softInk)
    }
    for (row, text) in zip(rows, yTicks.labels) {
      writer.text(text, Style.tickSize, x: left - 6, y: row + 4, anchor: .end, color: .softInk)
    }
    let heading = Style.headingSize.shortened(plot.x.heading, to: right - left)
    writer.text(
      heading, Style.headingSize, x: (left + right) / 2, y: bottom + 38, anchor: .middle, full: plot.x.heading)
  }
}
