import Foundation

extension ContourPlotLayout {
  private typealias Style = LinePlotLayout

  /// The figure as SVG, with the one for narrow pages in it.
  func svg() -> String { drawn.finished(narrow: ContourPlotLayout(plot, isNarrow: true).drawn) }

  /// The figure.
  private var drawn: SVGWriter {
    var writer = SVGWriter(width: width, height: height, title: plot.title, description: description)
    if let narrow {
      writer.heading(narrow)
    } else {
      writer.heading(plot.title, plot.subtitle, room: width - 2 * Self.margin)
    }
    drawBands(into: &writer)
    drawLines(into: &writer)
    drawAxes(into: &writer)
    for mark in marks { draw(mark, into: &writer) }
    if narrow == nil { drawLegend(into: &writer) } else { drawStrip(into: &writer) }
    return writer
  }

  /// What a screen reader says.
  private var description: String {
    let axis = plot.grid.valueScale
    let values = plot.grid.values.joined().filter { AxisScale.shows($0, on: axis.scale) }
    guard let low = values.min(), let high = values.max() else { return "Contour plot without a finite value." }
    let format = NumberFormat(resolution: powerOfTen(decade(of: max(abs(low), abs(high), 1e-290)) - 3), greatest: high)
    return "Contour plot of \(plot.grid.value.heading) over \(plot.grid.x.heading) and \(plot.grid.y.heading), from "
      + "\(format.text(low)) to \(format.text(high))."
  }

  /// What lies above a level is drawn over what lies above the one below it, so that no seams show.
  private func drawBands(into writer: inout SVGWriter) {
    writer.add(
      "rect",
      [
        "x": pixels(left), "y": pixels(top), "width": pixels(right - left), "height": pixels(bottom - top),
      ], fill: colors[0])
    for (index, level) in levels.enumerated() where !level.areas.isEmpty {
      let path = level.areas.map { Self.path($0) }.joined()
      writer.add("path", ["d": path, "fill-rule": "evenodd"], fill: colors[index + 1])
    }
    let path = holes.map { "M\(pixels($0[0])) \(pixels($0[1]))H\(pixels($0[2]))V\(pixels($0[3]))H\(pixels($0[0]))Z" }
    if !path.isEmpty {
      writer.add("path", ["d": path.joined(), "shape-rendering": "crispEdges"], fill: .missing)
    }
  }

  private func drawLines(into writer: inout SVGWriter) {
    for (index, level) in levels.enumerated() {
      let color = colors[index].mixed(with: colors[index + 1].textColor, 0.55)
      writer.stroke(level.lines.map { Self.path($0) }.joined(), color, width: 0.75)
    }
    for (index, level) in levels.enumerated() {
      guard let label = level.label else { continue }
      let angle = label.turn * .pi / 180
      let shift = Self.labelSize.size * 0.35
      let (x, y) = (label.middle.x - shift * sin(angle), label.middle.y + shift * cos(angle))
      let ground = colors[index].mixed(with: colors[index + 1], 0.5)
      writer.halo(level.text, Self.labelSize, x: x, y: y, anchor: .middle, color: ground, turn: label.turn)
      writer.text(
        level.text, Self.labelSize, x: x, y: y, anchor: .middle, color: ground.textColor, turn: label.turn)
    }
  }

  private func drawAxes(into writer: inout SVGWriter) {
    writer.stroke("M\(pixels(left)) \(pixels(top))H\(pixels(right))V\(pixels(bottom))H\(pixels(left))Z", .axis)
    for (value, text) in zip(xTicks.values, xTicks.labels) {
      let column = left + x.fraction(of: value) * (right - left)
      writer.stroke("M\(pixels(column)) \(pixels(bottom))v4", .axis)
      writer.text(text, Style.tickSize, x: column, y: bottom + 18, anchor: .middle, color: .softInk)
    }
    for (value, text) in zip(yTicks.values, yTicks.labels) {
      let row = bottom - y.fraction(of: value) * (bottom - top)
      writer.stroke("M\(pixels(left)) \(pixels(row))h-4", .axis)
      writer.text(text, Style.tickSize, x: left - 6, y: row + 4, anchor: .end, color: .softInk)
    }
    let across = Style.headingSize.shortened(plot.grid.x.heading, to: right - left)
    writer.text(
      across, Style.headingSize, x: (left + right) / 2, y: bottom + 38, anchor: .middle, full: plot.grid.x.heading)
    let down = Style.headingSize.shortened(plot.grid.y.heading, to: bottom - top)
    writer.text(
      down, Style.headingSize, x: (narrow == nil ? Self.margin : NarrowHeading.margin) + 10, y: (top + bottom) / 2,
      anchor: .middle, full: plot.grid.y.heading,
      turn: -90)
  }

  private func draw(_ mark: Mark, into writer: inout SVGWriter) {
    // On the picture, whose colours are the same on every page.
    let color = Palette.colors[1].constant
    writer.dot(x: mark.place.x, y: mark.place.y, radius: 4.5, fill: color, edge: .white, hint: mark.name)
    let anchor: SVGWriter.Anchor = mark.isEnding ? .end : .start
    writer.halo(mark.name, Style.textSize, x: mark.text.x, y: mark.text.y, anchor: anchor, color: .white)
    writer.text(
      mark.name, Style.textSize, x: mark.text.x, y: mark.text.y, anchor: anchor, color: Color.ink.constant)
  }

  /// The bands one above another, with the levels between them.
  private func drawLegend(into writer: inout SVGWriter) {
    let x = right + 28
    let heading = Style.headingSize.shortened(plot.grid.value.heading, to: HeatMapLayout.legendLimit)
    writer.text(heading, Style.headingSize, x: x, y: top + 10, full: plot.grid.value.heading)
    let step = 18.0
    for (index, color) in colors.reversed().enumerated() {
      let y = top + 22 + Double(index) * step
      writer.add(
        "rect",
        [
          "x": pixels(x), "y": pixels(y), "width": pixels(Self.bandWidth), "height": pixels(step),
        ], fill: color)
      guard index > 0 else { continue }
      let text = levels[levels.count - index].text
      writer.text(text, Style.tickSize, x: x + Self.bandWidth + 8, y: y + 4, color: .softInk)
    }
    drawHoleMeaning(x: x, y: top + 22 + Double(colors.count) * step + 12, into: &writer)
  }

  /// The bands side by side, with as many of the levels between them as there is room for.
  private func drawStrip(into writer: inout SVGWriter) {
    let (x, y) = (NarrowHeading.margin, height - Self.stripHeight - (holes.isEmpty ? 0 : 24))
    let heading = Style.headingSize.shortened(plot.grid.value.heading, to: NarrowHeading.room)
    writer.text(heading, Style.headingSize, x: x, y: y + 12, full: plot.grid.value.heading)
    let step = min(36, NarrowHeading.room / Double(colors.count))
    for (index, color) in colors.enumerated() {
      writer.add(
        "rect",
        [
          "x": pixels(x + Double(index) * step), "y": pixels(y + 20), "width": pixels(step),
          "height": pixels(Self.bandWidth),
        ], fill: color)
    }
    let widest = levels.map { Style.tickSize.width(of: $0.text) }.max() ?? 0
    let stride = max(1, Int(((widest + 6) / step).rounded(.up)))
    for (index, level) in levels.enumerated() where index % stride == 0 {
      writer.text(
        level.text, Style.tickSize, x: x + Double(index + 1) * step, y: y + 36 + Self.bandWidth, anchor: .middle,
        color: .softInk)
    }
    drawHoleMeaning(x: x, y: y + Self.stripHeight, into: &writer)
  }

  private func drawHoleMeaning(x: Double, y: Double, into writer: inout SVGWriter) {
    guard !holes.isEmpty else { return }
    writer.add(
      "rect",
      [
        "x": pixels(x), "y": pixels(y), "width": pixels(Self.bandWidth), "height": pixels(Self.bandWidth),
      ], fill: .missing)
    writer.text("not finite", Style.tickSize, x: x + Self.bandWidth + 8, y: y + 11, color: .softInk)
  }

  private static func path(_ trace: Contours.Trace) -> String {
    "M" + trace.places.map { "\(pixels($0.x)) \(pixels($0.y))" }.joined(separator: "L") + (trace.isClosed ? "Z" : "")
  }
}
