extension HeatMapLayout {
  /// The figure as SVG, with the one for narrow pages in it.
  func svg() -> String { drawn.finished(narrow: HeatMapLayout(map, isNarrow: true).drawn) }

  /// The figure.
  private var drawn: SVGWriter {
    var writer = SVGWriter(width: width, height: height, title: map.title, description: description)
    if let narrow {
      writer.heading(narrow)
    } else {
      writer.heading(map.title, map.subtitle, room: width - 2 * Self.margin)
    }
    drawCells(into: &writer)
    drawNumbers(into: &writer)
    drawNames(into: &writer)
    drawTitles(into: &writer)
    drawScales(into: &writer)
    return writer
  }

  /// What a screen reader says.
  private var description: String {
    let size = "\(map.rows.count) rows and \(map.columns.count) columns"
    guard map.isConfusion else { return "Heat map of \(size): \(map.rowTitle) by \(map.columnTitle)." }
    let total = map.values.joined().reduce(0, +)
    let correct = map.values.indices.reduce(0) { $0 + map.values[$1][$1] }
    let count = NumberFormat(resolution: 1, greatest: 1)
    var text = "Confusion matrix of \(map.rows.count) classes; rows are true classes, columns predicted ones. "
    text += "\(count.text(correct)) of \(count.text(total)) images are correct."
    let confusions = map.values.indices.flatMap { row in
      map.columns.indices.filter { $0 != row && map.values[row][$0] > 0 }.map { (row, $0, map.values[row][$0]) }
    }
    // Equal counts in the order of the classes.
    let greatest = confusions.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }.prefix(3)
    let texts = greatest.map { "\(map.rows[$0.0]) taken for \(map.columns[$0.1]): \(count.text($0.2))" }
    return texts.isEmpty ? text : text + " Most often " + texts.joined(separator: ", ") + "."
  }

  /// Cells of one colour are one path, and neighbours in a row one rectangle of it: a file of 100 classes stays small.
  private func drawCells(into writer: inout SVGWriter) {
    // A matrix is a picture, and has a ground of its own on every page.
    let side = (across: pixels(right - left), down: pixels(bottom - top))
    writer.add(
      "rect", ["x": pixels(left), "y": pixels(top), "width": side.across, "height": side.down], fill: .white)
    var paths = Array(repeating: "", count: shades.palette.count)
    for (row, cells) in shades.cells.enumerated() {
      var start = 0
      while start < cells.count {
        let shade = cells[start]
        let end = cells[start...].firstIndex { $0 != shade } ?? cells.count
        let (x, y) = (pixels(left + Double(start) * cell), pixels(top + Double(row) * cell))
        let (across, down) = (pixels(Double(end - start) * cell), pixels(cell))
        paths[shade] += "M\(x) \(y)h\(across)v\(down)h-\(across)z"
        start = end
      }
    }
    for (shade, path) in paths.enumerated() where !path.isEmpty && shade != Shades.blank {
      writer.add("path", ["d": path, "shape-rendering": "crispEdges"], fill: shades.palette[shade])
    }
    drawLines(into: &writer)
  }

  /// Lines between the cells where they are great enough, and round the matrix.
  private func drawLines(into writer: inout SVGWriter) {
    let frame = "M\(pixels(left)) \(pixels(top))H\(pixels(right))V\(pixels(bottom))H\(pixels(left))Z"
    if cell >= 9 {
      let rows = map.rows.indices.dropFirst().map {
        "M\(pixels(left)) \(pixels(top + Double($0) * cell))H\(pixels(right))"
      }
      let columns = map.columns.indices.dropFirst().map {
        "M\(pixels(left + Double($0) * cell)) \(pixels(top))V\(pixels(bottom))"
      }
      writer.stroke((rows + columns).joined(), Color.grid.constant, width: cell >= 18 ? 1 : 0.5)
    }
    writer.stroke(frame, .axis)
  }

  private func drawNumbers(into writer: inout SVGWriter) {
    guard let numbers else { return }
    for (row, texts) in numbers.texts.enumerated() {
      for (column, text) in texts.enumerated() {
        let (x, y) = (middle(column, from: left), middle(row, from: top) + numbers.size.size * 0.35)
        let color = shades.palette[shades.cells[row][column]].textColor
        writer.text(text, numbers.size, x: x, y: y, anchor: .middle, color: color)
      }
    }
  }

  private func drawNames(into writer: inout SVGWriter) {
    let shift = rows.size.size * 0.35
    for (index, text, full) in rows.shown {
      writer.text(text, rows.size, x: left - 6, y: middle(index, from: top) + shift, anchor: .end, full: full)
    }
    for (index, text, full) in columns.shown {
      let x = middle(index, from: left)
      let size = columns.size.size
      switch turn {
      case 0: writer.text(text, columns.size, x: x, y: bottom + size + 4, anchor: .middle, full: full)
      case 45:
        writer.text(
          text, columns.size, x: x + size * 0.25, y: bottom + size * 0.7 + 4, anchor: .end, full: full, turn: -45)
      default:
        writer.text(text, columns.size, x: x + size * 0.35, y: bottom + 6, anchor: .end, full: full, turn: -90)
      }
    }
  }

  private func drawTitles(into writer: inout SVGWriter) {
    writer.text(
      columnTitle.text, Self.headingSize, x: columnTitle.x, y: columnTitle.y, anchor: .middle, full: map.columnTitle)
    let row = Self.headingSize.shortened(map.rowTitle, to: max(bottom - top, 120))
    let y = max((top + bottom) / 2, top + Self.headingSize.width(of: row) / 2)
    writer.text(row, Self.headingSize, x: margin + 10, y: y, anchor: .middle, full: map.rowTitle, turn: -90)
  }

  private func drawScales(into writer: inout SVGWriter) {
    for (scale, place) in zip(shades.scales, legend.scales) {
      let title = Self.headingSize.shortened(scale.title, to: legend.limit)
      writer.text(title, Self.headingSize, x: place.x, y: place.y + 10, full: scale.title)
      writer.colorBar(scale, x: place.x, top: place.y + 22)
    }
    for (meaning, place) in zip(shades.meanings, legend.meanings) {
      writer.add(
        "rect",
        [
          "x": pixels(place.x), "y": pixels(place.y), "width": pixels(Self.barWidth), "height": pixels(Self.barWidth),
        ], fill: meaning.color, stroke: .axis)
      writer.text(meaning.text, Self.tickSize, x: place.x + Self.barWidth + 8, y: place.y + 11, color: .softInk)
    }
  }

  private func middle(_ index: Int, from start: Double) -> Double { start + (Double(index) + 0.5) * cell }
}
