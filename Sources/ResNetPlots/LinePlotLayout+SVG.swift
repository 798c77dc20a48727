extension LinePlotLayout {
  /// The figure as SVG, with the one for narrow pages in it.
  func svg() -> String { drawn.finished(narrow: LinePlotLayout(plot, isNarrow: true).drawn) }

  /// The figure.
  private var drawn: SVGWriter {
    var writer = SVGWriter(width: width, height: height, title: plot.title, description: description)
    if let narrow {
      writer.heading(narrow)
    } else {
      writer.heading(plot.title, plot.subtitle, room: width - 2 * margin)
    }
    for panel in panels { draw(panel, into: &writer) }
    drawXAxis(into: &writer)
    return writer
  }

  /// What a screen reader says.
  private var description: String {
    let texts = panels.map { panel in
      panel.y.heading + ", last values: " + panel.lines.map(\.label.full).joined(separator: "; ")
    }
    return "Line plot by \(plot.x.heading). " + texts.joined(separator: ". ") + "."
  }

  private func draw(_ panel: Panel, into writer: inout SVGWriter) {
    for line in panel.heading {
      writer.text(
        line.text, Self.headingSize, x: margin, y: line.y, full: panel.heading.count == 1 ? panel.y.heading : nil)
    }
    drawGrid(of: panel, into: &writer)
    for line in panel.lines { drawBand(of: line, into: &writer) }
    for line in panel.lines where narrow == nil { drawLeader(of: line, into: &writer) }
    for (rank, line) in panel.lines.enumerated() {
      draw(line, into: &writer)
      drawMarks(of: line, rank: rank, in: panel, into: &writer)
    }
    for line in panel.lines {
      if narrow != nil { drawSample(of: line, in: panel, into: &writer) }
      writer.text(
        line.label.text, Self.textSize, x: narrow == nil ? right + Self.leaderWidth : margin + Self.keySample.room,
        y: line.label.middle + 4, color: color(of: line).readable, full: line.label.full)
    }
    if panel.isEmpty {
      writer.text(
        "no finite values", Self.textSize, x: (left + right) / 2, y: (panel.top + panel.bottom) / 2 + 4,
        anchor: .middle, color: .softInk)
    }
  }

  private func drawGrid(of panel: Panel, into writer: inout SVGWriter) {
    func row(_ value: Double) -> Double { panel.bottom - panel.axis.fraction(of: value) * (panel.bottom - panel.top) }
    let ticks = panel.isEmpty ? [] : Array(zip(panel.ticks.values, panel.ticks.labels))
    let rows = ticks.map { "M\(pixels(left)) \(pixels(row($0.0)))H\(pixels(right))" }
    let columns = xTicks.values.map { "M\(pixels(column($0))) \(pixels(panel.top))V\(pixels(panel.bottom))" }
    writer.stroke((rows + columns).joined(), .grid)
    let marks = (panel.isEmpty ? [] : panel.ticks.minor).map { "M\(pixels(left)) \(pixels(row($0)))h4" }
    writer.stroke(marks.joined(), .axis)
    let domain = panel.axis.domain
    if panel.axis.scale == .linear, domain.lowerBound < 0, domain.upperBound > 0 {
      writer.stroke("M\(pixels(left)) \(pixels(row(0)))H\(pixels(right))", .axis)
    }
    writer.stroke("M\(pixels(left)) \(pixels(panel.top))V\(pixels(panel.bottom))H\(pixels(right))", .axis)
    for (value, label) in ticks {
      writer.text(label, Self.tickSize, x: left - 6, y: row(value) + 4, anchor: .end, color: .softInk)
    }
  }

  private func drawXAxis(into writer: inout SVGWriter) {
    guard let bottom = panels.last?.bottom else { return }
    for panel in narrow == nil ? panels.suffix(1) : panels[...] { drawXTicks(below: panel.bottom, into: &writer) }
    let heading = Self.headingSize.shortened(plot.x.heading, to: right - left)
    writer.text(
      heading, Self.headingSize, x: (left + right) / 2, y: bottom + 38, anchor: .middle, full: plot.x.heading)
  }

  private func drawXTicks(below bottom: Double, into writer: inout SVGWriter) {
    let marks = xTicks.values.map { "M\(pixels(column($0))) \(pixels(bottom))v4" }
    let minor = xTicks.minor.map { "M\(pixels(column($0))) \(pixels(bottom))v-4" }
    writer.stroke((marks + minor).joined(), .axis)
    for (value, label) in zip(xTicks.values, xTicks.labels) {
      writer.text(label, Self.tickSize, x: column(value), y: bottom + 18, anchor: .middle, color: .softInk)
    }
  }

  private func drawBand(of line: Line, into writer: inout SVGWriter) {
    let outlines = line.bands.map { outline in
      "M" + outline.map { "\(pixels($0.x)) \(pixels($0.y))" }.joined(separator: "L") + "Z"
    }
    guard !outlines.isEmpty else { return }
    // With an edge, so that a band at a single place is seen too.
    let color = color(of: line)
    writer.add(
      "path", ["d": outlines.joined(), "fill-opacity": "0.15", "stroke-opacity": "0.3", "stroke-width": "0.5"],
      fill: color, stroke: color)
  }

  private func draw(_ line: Line, into writer: inout SVGWriter) {
    let width = thickness(of: line)
    let paths = line.stretches.filter { $0.count > 1 }.map { stretch in
      "M" + stretch.map { "\(pixels($0.x)) \(pixels($0.y))" }.joined(separator: "L")
    }
    writer.stroke(paths.joined(), color(of: line), width: width, dashes: dashes(of: line))
    // A point alone is a line of no length, which round ends make a dot; a dashed one would vanish.
    let dots = line.stretches.filter { $0.count == 1 }.map { "M\(pixels($0[0].x)) \(pixels($0[0].y))h0" }
    writer.stroke(dots.joined(), color(of: line), width: width + 1)
  }

  /// A mark at the end of the line, and along it where that is needed.
  private func drawMarks(of line: Line, rank: Int, in panel: Panel, into writer: inout SVGWriter) {
    guard let end = line.stretches.last?.last else { return }
    let phase = (Double(rank) + 0.5) / Double(panel.lines.count)
    let along = panel.hasMarks ? marked(line, phase: phase).filter { $0.x < end.x - 24 } : []
    drawMarks(of: line, at: along + [end], in: panel, into: &writer)
  }

  private func drawMarks(of line: Line, at places: [Place], in panel: Panel, into writer: inout SVGWriter) {
    let mark = panel.hasMarks ? Mark(slot: line.slot) : Mark(slot: 0)
    let path = places.map { mark.path(at: $0, radius: line.series.emphasis == .bold ? 3.5 : 2.5) }.joined()
    writer.add("path", ["d": path, "stroke-width": "0.75"], fill: color(of: line), stroke: .ground)
  }

  /// A piece of a line and its mark, before its name.
  private func drawSample(of line: Line, in panel: Panel, into writer: inout SVGWriter) {
    let middle = line.label.middle
    writer.stroke(
      "M\(pixels(margin)) \(pixels(middle))h\(pixels(Self.keySample.length))", color(of: line),
      width: thickness(of: line), dashes: dashes(of: line))
    drawMarks(of: line, at: [Place(x: margin + Self.keySample.length / 2, y: middle)], in: panel, into: &writer)
  }

  private func thickness(of line: Line) -> Double { line.series.emphasis == .bold ? 2.25 : 1.25 }

  private func dashes(of line: Line) -> String? { line.series.isDashed ? "5 3" : nil }

  /// Points about a sixth of the width apart; the phase keeps them out of the columns of the other lines' marks.
  private func marked(_ line: Line, phase: Double) -> [Place] {
    let distance = (right - left) / 6
    var next = left + distance * phase
    var places: [Place] = []
    for place in line.stretches.joined() where place.x >= next {
      places.append(place)
      next += distance * max(1, ((place.x - next) / distance).rounded(.up))
    }
    return places
  }

  /// From the end of a line to its name.
  private func drawLeader(of line: Line, into writer: inout SVGWriter) {
    guard let end = line.stretches.last?.last else { return }
    let stop = "\(pixels(right + Self.leaderWidth - 4)) \(pixels(line.label.middle))"
    // Where a line ends early, dots say that nothing was measured from there on.
    writer.stroke(
      "M\(pixels(end.x)) \(pixels(end.y))H\(pixels(max(end.x, right)))L\(stop)", color(of: line), width: 0.75,
      dashes: right - end.x > 4 ? "1 3" : nil)
  }

  private func column(_ value: Double) -> Double { left + x.fraction(of: value) * (right - left) }

  private func color(of line: Line) -> Color { Palette.colors[Palette.index(of: line.slot)] }
}

/// The shape that tells a line apart where its colour does not.
private enum Mark: Int, CaseIterable {
  case circle
  case square
  case triangle
  case diamond
  case wedge
  case cross

  /// The mark of a slot; slots that share a colour have different marks.
  init(slot: Int) {
    let count = Self.allCases.count
    self = Self.allCases[((slot % count) + count) % count]
  }

  func path(at place: LinePlotLayout.Place, radius: Double) -> String {
    func shape(_ corners: [(Double, Double)]) -> String {
      let points = corners.map { "\(pixels(place.x + $0.0 * radius)) \(pixels(place.y + $0.1 * radius))" }
      return "M" + points.joined(separator: "L") + "Z"
    }
    switch self {
    case .circle:
      let (diameter, arc) = (pixels(2 * radius), pixels(radius))
      let start = "M\(pixels(place.x - radius)) \(pixels(place.y))"
      return start + "a\(arc) \(arc) 0 1 0 \(diameter) 0a\(arc) \(arc) 0 1 0 -\(diameter) 0Z"
    case .square: return shape([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case .triangle: return shape([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)])
    case .diamond: return shape([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case .wedge: return shape([(0, 1.2), (1.1, -0.8), (-1.1, -0.8)])
    case .cross:
      let (near, far) = (0.4, 1.2)
      return shape([
        (-near, -far), (near, -far), (near, -near), (far, -near), (far, near), (near, near), (near, far),
        (-near, far), (-near, near), (-far, near), (-far, -near), (-near, -near),
      ])
    }
  }
}
