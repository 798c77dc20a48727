import ResNetImages

/// Where everything of a grid of pictures stands, in pixels from the upper left corner.
struct ImageGridLayout {
  static let margin = LinePlotLayout.margin
  static let captionSize = TextSize(size: 10)
  static let nameSize = TextSize(size: 11)
  static let gap = 6.0
  static let lineHeight = 13.0

  let grid: ImageGrid
  let side: Double
  /// Where the pictures begin, from the left.
  let left: Double
  /// The upper edges of the rows.
  let tops: [Double]
  let width, height: Double

  init(_ grid: ImageGrid) {
    self.grid = grid
    let side = grid.side.isFinite ? min(max(grid.side, 8), 512) : 96
    self.side = side
    let names = grid.rows.compactMap(\.name).map { Self.nameSize.width(of: Self.nameSize.shortened($0, to: 150)) }
    left = Self.margin + (names.max().map { ($0 + 10).rounded(.up) } ?? 0)
    var y = grid.subtitle == nil ? 44.0 : 62
    tops = grid.rows.map { row in
      defer { y += side + Self.captionHeight(row) + Self.gap }
      return y
    }
    let columns = grid.rows.map(\.pictures.count).max() ?? 0
    let titles = max(
      min(LinePlotLayout.titleSize.width(of: grid.title), 720),
      min(LinePlotLayout.textSize.width(of: grid.subtitle ?? ""), 720), 240)
    let pictures = left + Double(columns) * (side + Self.gap) - Self.gap
    width = (max(pictures, Self.margin + titles) + Self.margin).rounded(.up)
    height = (y + (columns == 0 ? 20 : 0) + Self.margin).rounded(.up)
  }

  private static func captionHeight(_ row: ImageGrid.Row) -> Double {
    row.pictures.contains { $0.note != nil }
      ? 2 * lineHeight + 4 : row.pictures.contains { $0.caption != nil } ? lineHeight + 4 : 0
  }

  /// The figure as SVG.
  func svg() throws -> String {
    let count = grid.rows.reduce(0) { $0 + $1.pictures.count }
    var writer = SVGWriter(
      width: width, height: height, title: grid.title, description: "\(count) pictures in \(grid.rows.count) rows.")
    writer.heading(grid.title, grid.subtitle, room: width - 2 * Self.margin)
    if count == 0 {
      writer.text("no pictures", LinePlotLayout.textSize, x: Self.margin, y: height - Self.margin, color: .softInk)
    }
    for (row, top) in zip(grid.rows, tops) {
      if let name = row.name {
        let text = Self.nameSize.shortened(name, to: 150)
        writer.text(text, Self.nameSize, x: left - 10, y: top + side / 2 + 4, anchor: .end, full: name)
      }
      for (column, picture) in row.pictures.enumerated() {
        try draw(picture, x: left + Double(column) * (side + Self.gap), y: top, into: &writer)
      }
    }
    return writer.finished()
  }

  private func draw(_ picture: ImageGrid.Picture, x: Double, y: Double, into writer: inout SVGWriter) throws {
    let lines = [picture.caption, picture.note].compactMap { $0 }
    // Where a pixel is larger than the page's, it is drawn as it is and not made up.
    let isSharp = Double(max(picture.image.width, picture.image.height)) < side
    writer.picture(
      try picture.image.dataAddress(), x: x, y: y, width: side, height: side, isSharp: isSharp,
      hint: lines.joined(separator: ", "))
    for (number, line) in lines.enumerated() {
      let text = Self.captionSize.shortened(line, to: side)
      writer.text(
        text, Self.captionSize, x: x + side / 2, y: y + side + Self.lineHeight * Double(number + 1), anchor: .middle,
        color: number == 0 ? .ink : .softInk, full: line)
    }
  }
}
