extension ReliefPlotLayout {
  private typealias Style = LinePlotLayout

  /// The figure as SVG, with the one for narrow pages in it.
  func svg() -> String { drawn.finished(narrow: ReliefPlotLayout(plot, isNarrow: true).drawn) }

  /// The figure.
  private var drawn: SVGWriter {
    var writer = SVGWriter(width: width, height: height, title: plot.title, description: description)
    if let narrow {
      writer.heading(narrow)
    } else {
      writer.heading(plot.title, plot.subtitle, room: width - 2 * Self.margin)
    }
    writer.add("path", ["d": Self.path(ground)], fill: .grid)
    for cell in cells {
      // A thin edge of its own colour closes the seams between cells, a little darker to show the grid.
      let edge = cell.color.mixed(with: .ink, 0.12)
      writer.add(
        "path", ["d": Self.path(cell.corners), "stroke-width": "0.5", "stroke-linejoin": "round"], fill: cell.color,
        stroke: edge)
    }
    drawAxes(into: &writer)
    let title = Style.headingSize.shortened(scale.title, to: HeatMapLayout.legendLimit)
    writer.text(title, Style.headingSize, x: legend.x, y: legend.y + 10, full: scale.title)
    if cells.isEmpty {
      let middle = place(0.5, 0.5)
      writer.text("no finite values", Style.textSize, x: middle.x, y: middle.y, anchor: .middle, color: .softInk)
    } else {
      writer.colorBar(scale, x: legend.x, top: legend.y + 22)
    }
    return writer
  }

  /// What a screen reader says.
  private var description: String {
    "Relief of \(plot.grid.value.heading) over \(plot.grid.x.heading) and \(plot.grid.y.heading)."
  }

  /// Along the two near sides of the ground.
  private func drawAxes(into writer: inout SVGWriter) {
    writer.stroke("M\(Self.text(ground[1]))L\(Self.text(ground[2]))L\(Self.text(ground[3]))", .axis)
    for (value, text) in zip(xTicks.values, xTicks.labels) {
      draw(text, at: place(x.fraction(of: value), 0), anchor: .end, towards: -1, into: &writer)
    }
    for (value, text) in zip(yTicks.values, yTicks.labels) {
      draw(text, at: place(1, y.fraction(of: value)), anchor: .start, towards: 1, into: &writer)
    }
    // On a narrow page there is less room beside the ground.
    let (room, distance) = narrow == nil ? (150.0, 40.0) : (84, 16)
    let across = Style.headingSize.shortened(plot.grid.x.heading, to: room)
    let place = place(0.45, 0)
    writer.text(
      across, Style.headingSize, x: place.x - distance, y: place.y + 34, anchor: .end, full: plot.grid.x.heading)
    let down = Style.headingSize.shortened(plot.grid.y.heading, to: room)
    let right = self.place(1, 0.45)
    writer.text(down, Style.headingSize, x: right.x + distance, y: right.y + 34, full: plot.grid.y.heading)
  }

  private func draw(
    _ text: String, at place: Place, anchor: SVGWriter.Anchor, towards side: Double, into writer: inout SVGWriter
  ) {
    writer.stroke("M\(Self.text(place))l\(pixels(3 * side)) 3", .axis)
    writer.text(
      text, Style.tickSize, x: place.x + 6 * side, y: place.y + 13, anchor: anchor, color: .softInk)
  }

  private static func text(_ place: Place) -> String { "\(pixels(place.x)) \(pixels(place.y))" }

  private static func path(_ places: [Place]) -> String { "M" + places.map(text).joined(separator: "L") + "Z" }
}
