/// Where everything of a line plot stands, in pixels from the upper left corner.
///
/// On a narrow page there is no room for names beside the fields: there they stand below them, each behind a piece of its
/// line.
struct LinePlotLayout {
  static let titleSize = TextSize(size: 16, isBold: true)
  static let textSize = TextSize(size: 12)
  static let headingSize = TextSize(size: 12, isBold: true)
  static let tickSize = TextSize(size: 11)
  static let labelHeight = 15.0
  static let keyHeight = 17.0
  /// The length of a piece of a line in a narrow page's key, and of the room that it takes.
  static let keySample = (length: 24.0, room: 32.0)
  static let margin = 16.0
  static let width = 760.0
  /// From the right edge of the fields to the names: room for the lines that lead there.
  static let leaderWidth = 20.0

  /// One panel: its field, its axis, its lines.
  struct Panel {
    let y: PlotAxis
    /// What stands above the field, line by line, and the base lines.
    let heading: [(text: String, y: Double)]
    let top, bottom: Double
    let axis: AxisScale
    let ticks: Ticks
    let lines: [Line]
    /// Whether no value can be shown.
    var isEmpty: Bool { lines.allSatisfy { $0.stretches.isEmpty && $0.bands.isEmpty } }
    /// Whether there are so many colours that lines need marks to be told apart in grey.
    let hasMarks: Bool
  }

  /// One line and its label.
  struct Line {
    let series: LinePlot.Series
    let slot: Int
    /// The stretches without a gap.
    let stretches: [[Place]]
    /// The outlines of what is shaded: along the upper edge and back along the lower one.
    let bands: [[Place]]
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
  /// The heading for a narrow page; nil on a wide one.
  let narrow: NarrowHeading?
  let width, margin, left, right, height: Double
  let x: AxisScale
  let xTicks: Ticks
  let panels: [Panel]

  init(_ plot: LinePlot, isNarrow: Bool = false) {
    self.plot = plot
    let narrow = isNarrow ? NarrowHeading(plot.title, plot.subtitle) : nil
    let (width, margin) = isNarrow ? (NarrowHeading.width, NarrowHeading.margin) : (Self.width, Self.margin)
    (self.narrow, self.width, self.margin) = (narrow, width, margin)
    let drafts = (plot.panels.isEmpty ? [LinePlot.Panel(y: PlotAxis(""), series: [])] : plot.panels)
      .map { Draft($0, x: plot.x.scale, isNarrow: isNarrow) }
    let tickWidth = drafts.flatMap(\.ticks.labels).map(Self.tickSize.width(of:)).max() ?? 0
    let labelWidth = drafts.flatMap(\.labels).map { Self.textSize.width(of: $0.text) }.max() ?? 0
    let left = margin + tickWidth + 8
    let times = plot.panels.flatMap { $0.series.flatMap { $0.points.map(\.x) + $0.band.map(\.x) } }
    let x = AxisScale(times, scale: plot.x.scale, isPadded: false)
    func xTicks(to right: Double) -> Ticks {
      Self.ticks(x, over: right - left, distance: 48) { Self.tickSize.width(of: $0) + 8 }
    }
    // Half of the last number below the x axis stands beside the fields.
    let half = isNarrow ? (xTicks(to: width - margin - 16).labels.map(Self.tickSize.width(of:)).max() ?? 0) / 2 : 0
    let right = width - margin - (isNarrow ? max(half, 16) : max(labelWidth + Self.leaderWidth, 32))
    (self.left, self.right, self.x) = (left, right, x)
    self.xTicks = xTicks(to: right)

    // The title and the subtitle, then for each panel its heading and its field, then the x axis; on a narrow page each
    // panel has the numbers of the x axis and its key below it.
    var y = narrow?.bottom ?? (plot.subtitle == nil ? 28.0 : 48)
    let xHeading = plot.x.heading.isEmpty ? 0.0 : 20
    panels = drafts.enumerated().map { index, draft in
      let lines = draft.heading(to: width - 2 * margin)
      let first = y + 24
      let top = first + 14 * Double(max(lines.count - 1, 0)) + 12
      let heading = lines.enumerated().map { (text: $1, y: first + 14 * Double($0)) }
      y = top + draft.height
      let key = isNarrow ? y + 18 + (index == drafts.count - 1 ? xHeading : 0) + 8 : nil
      if let key { y = key + Self.keyHeight * Double(draft.panel.series.count) + 6 }
      return draft.panel(heading: heading, top: top, key: key) { left + x.fraction(of: $0) * (right - left) }
    }
    height = isNarrow ? y : y + 18 + xHeading + 14
  }

  /// As many ticks as can be written along a length without touching.
  ///
  /// - Parameters:
  ///   - distance: about how far from one to the next.
  ///   - extent: the room that a label takes along the axis.
  static func ticks(
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
  let isNarrow: Bool
  var labels: [(text: String, full: String)] = []

  init(_ panel: LinePlot.Panel, x: PlotAxis.Scale, isNarrow: Bool) {
    self.panel = panel
    self.isNarrow = isNarrow
    xScale = x
    let wanted = panel.height.isFinite ? min(max(panel.height, 80), 2000) : 280
    // A narrow field that is as high as a wide one looks like a tower.
    height = isNarrow ? min(wanted, 240) : max(wanted, Double(panel.series.count) * LinePlotLayout.labelHeight)
    let shown = panel.series.flatMap { series in
      series.points.filter { AxisScale.shows($0.x, on: x) }.map(\.y)
        + series.band.filter { AxisScale.shows($0.x, on: x) }.flatMap { [$0.low, $0.high] }
    }
    axis = AxisScale(shown, scale: panel.y.scale, isPadded: true)
    ticks = LinePlotLayout.ticks(axis, over: height, distance: 40) { _ in LinePlotLayout.tickSize.size + 2 }
    labels = panel.series.map(label(of:))
  }

  func shows(_ point: LinePlot.Point) -> Bool {
    AxisScale.shows(point.x, on: xScale) && AxisScale.shows(point.y, on: panel.y.scale)
  }

  func shows(_ extent: LinePlot.Extent) -> Bool {
    [extent.low, extent.high].allSatisfy { shows(LinePlot.Point(x: extent.x, y: $0)) }
  }

  /// The lines of what stands above the field.
  func heading(to limit: Double) -> [String] {
    let size = LinePlotLayout.headingSize
    return isNarrow
      ? size.lines(of: panel.y.heading, to: limit, most: 3) : [size.shortened(panel.y.heading, to: limit)]
  }

  /// The name, as long as it may be, and the last value.
  private func label(of series: LinePlot.Series) -> (text: String, full: String) {
    let value: String
    if let last = series.points.last(where: shows) {
      value = " " + reading(last.y) + (series.points.last.map(shows) == true ? "" : ", then not finite")
    } else {
      value = series.points.isEmpty ? ": no values" : ": no finite value"
    }
    let size = LinePlotLayout.textSize
    let room = NarrowHeading.room - LinePlotLayout.keySample.room - size.width(of: value)
    return (size.shortened(series.name, to: isNarrow ? room : 150) + value, series.name + value)
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
  ///
  /// - Parameter key: the upper edge of the names, where they stand below the field.
  func panel(
    heading: [(text: String, y: Double)], top: Double, key: Double?, x: (Double) -> Double
  ) -> LinePlotLayout.Panel {
    let bottom = top + height
    func place(_ time: Double, _ value: Double) -> LinePlotLayout.Place {
      LinePlotLayout.Place(x: x(time), y: bottom - axis.fraction(of: value) * height)
    }
    let stretches = panel.series.map { series in
      series.points.split(whereSeparator: { !shows($0) }).map { $0.map { place($0.x, $0.y) } }
    }
    let bands = panel.series.map { series in
      series.band.split(whereSeparator: { !shows($0) }).map { stretch in
        stretch.map { place($0.x, $0.high) } + stretch.reversed().map { place($0.x, $0.low) }
      }
    }
    let wanted = stretches.map { $0.last?.last?.y ?? bottom }
    let middles =
      key.map { key in panel.series.indices.map { key + LinePlotLayout.keyHeight * (Double($0) + 0.5) } }
      ?? spreadLabels(wanted, height: LinePlotLayout.labelHeight, in: top...bottom)
    let lines = panel.series.indices.map { index in
      LinePlotLayout.Line(
        series: panel.series[index], slot: panel.series[index].colorSlot ?? index, stretches: stretches[index],
        bands: bands[index],
        label: LinePlotLayout.Label(text: labels[index].text, full: labels[index].full, middle: middles[index]))
    }
    return LinePlotLayout.Panel(
      y: panel.y, heading: heading, top: top, bottom: bottom, axis: axis, ticks: ticks, lines: lines,
      hasMarks: Set(lines.map(\.slot)).count > 2)
  }
}
