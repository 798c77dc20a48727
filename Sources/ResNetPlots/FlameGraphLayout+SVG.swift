extension FlameGraphLayout {
  /// The figure as SVG.
  func svg() -> String {
    var writer = SVGWriter(width: Self.width, height: height, title: graph.title, description: description)
    writer.heading(graph.title, graph.subtitle, room: Self.width - 2 * Self.margin)
    for box in boxes {
      // A box and its text belong together on every page.
      let color = Self.color(of: box.kind).constant
      writer.box(
        x: box.left, y: box.top, width: box.width, height: Self.rowHeight, fill: color, hint: box.hint)
      writer.text(
        box.text, Self.boxSize, x: box.left + 3, y: box.top + 14,
        color: box.kind == nil ? Color.ink.constant : color.textColor)
    }
    for entry in legend {
      writer.add(
        "rect",
        [
          "x": pixels(entry.x), "y": pixels(entry.y), "width": "14", "height": "14",
        ], fill: Self.color(of: entry.kind).constant)
      writer.text(entry.text, Self.textSize, x: entry.x + 20, y: entry.y + 11)
    }
    return writer.finished()
  }

  /// What a screen reader says.
  private var description: String {
    guard let whole = boxes.first else { return "Flame graph without a positive amount." }
    let parts = legend.prefix(3).map(\.text).joined(separator: "; ")
    return "Flame graph of \(whole.hint). Most of it: \(parts)."
  }
}
