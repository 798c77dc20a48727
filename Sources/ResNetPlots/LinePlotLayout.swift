/// Where everything of a line plot stands, in pixels from the upper left corner.
struct LinePlotLayout {
  static let titleSize = TextSize(size: 16, isBold: true)
  static let textSize = TextSize(size: 12)
  static let headingSize = TextSize(size: 12, isBold: true)
  static let tickSize = TextSize(size: 11)
  static let labelHeight = 15.0
  static let margin = 16.0
  static let width = 760.0
  /// From the right edge of the fields to the names: room for the lines that lead there.
  static let leaderWidth = 20.0

  /// One panel: its field, its axis, its lines.
  struct Panel {
    let y: PlotAxis
    let top, bottom: Double
    let axis: AxisScale
    let ticks: Ticks
    let lines: [Line]
    /// Whether no value can be shown.
    var isEmpty: Bool { lines.allSatisfy(\.stretches.isEmpty) }
    /// Whether there are so many colours that lines need marks to be told apart in grey.
    let hasMarks: Bool
  }

  /// One line and its label.
  struct Line {
    let series: LinePlot.Series
    let slot: Int
    /// The stretches without a gap.
    let stretches: [[Place]]
    /// What the spread covers: the outline of each stretch without a gap.
    let fields: [[Place]]
    let label: Label
  }

  /// A place on the page.
  struct Place: Hashable {
    let x, y: Double
  }

  /// What stands at the end of a line.
  struct Label {
    let text, full: String
    let middle: Double
  }

  let plot: LinePlot
  let left, right, height: Double
  let x: AxisScale
  let xTicks: Ticks
  let panels: [Panel]

  init(_ plot: LinePlot) {
    self.plot = plot
    let drafts = (plot.panels.isEmpty ? [LinePlot.Panel(y: PlotAxis(""), series: [])] : plot.panels)
      .map { Draft($0, x: plot.x.scale) }
    let tickWidth = drafts.flatMap(\.ticks.labels).map(Self.tickSize.width(of:)).max() ?? 0
    let labelWidth = drafts.flatMap(\.labels).map { Self.textSize.width(of: $0.text) }.max() ?? 0
    let left = Self.margin + tickWidth + 8
    // Half of the last number below the x axis stands beside the fields.
    let right = Self.width - Self.margin - max(labelWidth + Self.leaderWidth, 32)
    let times = plot.panels.flatMap { $0.series.flatMap { $0.points.map(\.x) } }
    let x = AxisScale(times, scale: plot.x.scale, isPadded: false)
    (self.left, self.right, self.x) = (left, right, x)
    xTicks = Self.ticks(x, over: right - left, distance: 48) { Self.tickSize.width(of: $0) + 8 }

    // The title and the subtitle, then for each panel its heading and its field, then the x axis.
    var y = plot.subtitle == nil ? 28.0 : 48
    panels = drafts.map { draft in
      let top = y + 36
      y = top + draft.height
      return draft.panel(top: top) { left + x.fraction(of: $0) * (right - left) }
    }
    height = y + 18 + (plot.x.heading.isEmpty ? 0 : 20) + 14
  }

  /// As many ticks as can be written along a length without touching.
  ///
  /// - Parameters:
  ///   - distance: about how far from one to the next.
  ///   - extent: the room that a label takes along the axis.
  fileprivate static func ticks(
    _ axis: AxisScale, over length: Double, distance: Double, extent: (String) -> Double
  ) -> Ticks {
    var limit = max(Int(length / distance), 5)
    while true {
      let ticks = Ticks(axis, limit: limit)
      let places = ticks.values.map { axis.fraction(of: $0) * length }
      let extents = ticks.labels.map(extent)
      let isClear = places.indices.dropFirst().allSatisfy {
        places[$0] - places[$0 - 1] >= (extents[$0] + extents[$0 - 1]) / 2
      }
      guard !isClear, limit > 3 else { return ticks }
      limit -= 1
    }
  }
}

/// A panel of which only what does not depend on its place is known.
private struct Draft {
  let panel: LinePlot.Panel
  let height: Double
  let axis: AxisScale
  let ticks: Ticks
  let xScale: PlotAxis.Scale
  var labels: [(text: String, full: String)] = []

  init(_ panel: LinePlot.Panel, x: PlotAxis.Scale) {
    self.panel = panel
    xScale = x
    let wanted = panel.height.isFinite ? min(max(panel.height, 80), 2000) : 280
    height = max(wanted, Double(panel.series.count) * LinePlotLayout.labelHeight)
    let shown = panel.series.flatMap { series in
      series.points.filter { AxisScale.shows($0.x, on: x) }.map(\.y)
        + series.spread.filter { AxisScale.shows($0.x, on: x) }.flatMap { [$0.low, $0.high] }
    }
    axis = AxisScale(shown, scale: panel.y.scale, isPadded: true)
    ticks = LinePlotLayout.ticks(axis, over: height, distance: 40) { _ in LinePlotLayout.tickSize.size + 2 }
    labels = panel.series.map(label(of:))
  }

  func shows(_ point: LinePlot.Point) -> Bool {
    AxisScale.shows(point.x, on: xScale) && AxisScale.shows(point.y, on: panel.y.scale)
  }

  /// The name, as long as it may be, and the last value.
  private func label(of series: LinePlot.Series) -> (text: String, full: String) {
    let value: String
    if let last = series.points.last(where: shows) {
      value = " " + reading(last.y) + (series.points.last.map(shows) == true ? "" : ", then not finite")
    } else {
      value = series.points.isEmpty ? ": no values" : ": no finite value"
    }
    let name = LinePlotLayout.textSize.shortened(series.name, to: 150)
    return (name + value, series.name + value)
  }

  /// A value in three digits, as papers give it: in more where ticks are closer than that, in fewer where the third is
  /// less than a thousandth of the way from tick to tick.
  private func reading(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let own = decade(of: abs(value)) - 2
    let places = ticks.step.map { min(decade(of: $0) - 1, max(own, decade(of: $0) - 3)) } ?? own
    let greatest = max(abs(value), powerOfTen(places))
    return NumberFormat(resolution: axis.isWhole ? 1 : powerOfTen(places), greatest: greatest).text(value)
  }

  /// The panel with its field's upper edge at `top`.
  func panel(top: Double, x: (Double) -> Double) -> LinePlotLayout.Panel {
    let bottom = top + height
    func place(_ point: LinePlot.Point) -> LinePlotLayout.Place {
      LinePlotLayout.Place(x: x(point.x), y: bottom - axis.fraction(of: point.y) * height)
    }
    let stretches = panel.series.map { series in
      series.points.split(whereSeparator: { !shows($0) }).map { $0.map(place) }
    }
    let fields = panel.series.map { series in
      series.spread.map { ($0.lower, $0.upper) }.split(whereSeparator: { !shows($0) || !shows($1) })
        .map { stretch in stretch.map { place($0.0) } + stretch.reversed().map { place($0.1) } }
    }
    let wanted = stretches.map { $0.last?.last?.y ?? bottom }
    let middles = spreadLabels(wanted, height: LinePlotLayout.labelHeight, in: top...bottom)
    let lines = panel.series.indices.map { index in
      LinePlotLayout.Line(
        series: panel.series[index], slot: panel.series[index].colorSlot ?? index, stretches: stretches[index],
        fields: fields[index],
        label: LinePlotLayout.Label(text: labels[index].text, full: labels[index].full, middle: middles[index]))
    }
    return LinePlotLayout.Panel(
      y: panel.y, top: top, bottom: bottom, axis: axis, ticks: ticks, lines: lines,
      hasMarks: Set(lines.map(\.slot)).count > 2)
  }
}

extension LinePlot.Bounds {
  fileprivate var lower: LinePlot.Point { LinePlot.Point(x: x, y: low) }
  fileprivate var upper: LinePlot.Point { LinePlot.Point(x: x, y: high) }
}
