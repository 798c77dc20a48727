extension SVGWriter {
  /// Adds what stands above every figure: its title and, in smaller letters, how it came about.
  mutating func heading(_ title: String, _ subtitle: String?, room: Double) {
    typealias Style = LinePlotLayout
    text(Style.titleSize.shortened(title, to: room), Style.titleSize, x: Style.margin, y: 28, full: title)
    guard let subtitle else { return }
    let short = Style.textSize.shortened(subtitle, to: room)
    text(short, Style.textSize, x: Style.margin, y: 48, color: .softInk, full: subtitle)
  }

  /// Adds the same above a figure for a narrow page.
  mutating func heading(_ heading: NarrowHeading) {
    for (line, y) in zip(heading.title, heading.titleLines) {
      text(line, NarrowHeading.titleSize, x: NarrowHeading.margin, y: y)
    }
    for (line, y) in zip(heading.subtitle, heading.subtitleLines) {
      text(line, LinePlotLayout.textSize, x: NarrowHeading.margin, y: y, color: .softInk)
    }
  }
}

/// The title and the subtitle of a figure for a narrow page, such as a telephone's, in as many lines as they need.
struct NarrowHeading {
  static let titleSize = TextSize(size: 15, isBold: true)
  /// The width of all figures for narrow pages, and what is free at their sides: the page has margins of its own.
  static let width = 360.0
  static let margin = 4.0
  static let room = width - 2 * margin

  let title, subtitle: [String]

  init(_ title: String, _ subtitle: String?) {
    self.title = Self.titleSize.lines(of: title, to: Self.room, most: 4)
    self.subtitle = LinePlotLayout.textSize.lines(of: subtitle ?? "", to: Self.room, most: 4)
  }

  /// The base lines.
  var titleLines: [Double] { title.indices.map { 18 + 19 * Double($0) } }
  var subtitleLines: [Double] { subtitle.indices.map { (titleLines.last ?? 0) + 19 + 16 * Double($0) } }
  /// The last base line.
  var bottom: Double { subtitleLines.last ?? titleLines.last ?? 0 }
}
