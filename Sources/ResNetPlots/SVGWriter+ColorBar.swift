extension SVGWriter {
  /// Adds the colours of a scale, from light at the bottom to dark at the top, with ticks on their right.
  mutating func colorBar(_ scale: ColorScale, x: Double, top: Double) {
    typealias Style = HeatMapLayout
    let bottom = top + Style.barHeight
    let step = Style.barHeight / Double(ColorRamp.levels)
    for level in 0..<ColorRamp.levels {
      // Each colour reaches down to the end of the bar, so that no seams show between them.
      let y = top + Double(ColorRamp.levels - 1 - level) * step
      add(
        "rect",
        [
          "x": pixels(x), "y": pixels(y), "width": pixels(Style.barWidth), "height": pixels(step + 0.5),
        ], fill: scale.ramp.color(level: level))
    }
    let ticks = Ticks(scale.axis, limit: 6)
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = bottom - scale.axis.fraction(of: value) * Style.barHeight
      stroke("M\(pixels(x + Style.barWidth)) \(pixels(y))h4", .axis)
      text(label, Style.tickSize, x: x + Style.barWidth + 8, y: y + 4, color: .softInk)
    }
  }
}
