/// Where everything of a heat map stands, in pixels from the upper left corner.
struct HeatMapLayout {
  static let titleSize = LinePlotLayout.titleSize
  static let textSize = LinePlotLayout.textSize
  static let headingSize = LinePlotLayout.headingSize
  static let tickSize = LinePlotLayout.tickSize
  static let margin = LinePlotLayout.margin
  static let barWidth = 14.0
  static let barHeight = 120.0
  /// The widest that the title of a scale may be.
  static let legendLimit = 200.0
  /// From the title of a scale to the title of the next.
  static let scaleHeight = barHeight + 50

  /// The names along one side: their letters, every how many of them are written, and how.
  struct Names {
    let shown: [(index: Int, text: String, full: String)]
    let size: TextSize
    /// The width of the longest.
    let width: Double

    init(_ names: [String], cell: Double) {
      let size = TextSize(size: min(11, max(8, cell - 1)))
      // A number of names that is easily counted on from.
      let stride = [1, 2, 5, 10, 20, 50, 100, 200, 500].first { Double($0) * cell >= size.size + 1 } ?? 1000
      shown = names.indices.filter { $0 % stride == 0 }
        .map { ($0, size.shortened(names[$0], to: 120), names[$0]) }
      self.size = size
      width = shown.map { size.width(of: $0.text) }.max() ?? 0
    }
  }

  let map: HeatMap
  let shades: Shades
  let cell: Double
  let rows, columns: Names
  /// Degrees by which the columns' names are turned: 0, 45 or 90.
  let turn: Double
  let numbers: Numbers?
  /// The corners of the matrix.
  let left, top, right, bottom: Double
  /// The columns' title, its middle and its base line.
  let columnTitle: (text: String, x: Double, y: Double)
  /// Where the scales of colours begin.
  let legendLeft: Double
  let width, height: Double

  init(_ map: HeatMap) {
    self.map = map
    shades = Shades(map)
    let count = max(map.rows.count, map.columns.count)
    let cell = count <= 100 ? Double(min(48, max(9, 560 / count))) : Double(max(1, 900 / count))
    let rows = Names(map.rows, cell: cell)
    let columns = Names(map.columns, cell: cell)
    let fits = columns.shown.count == map.columns.count && columns.width + 6 <= cell
    let turn = fits ? 0.0 : cell >= 18 ? 45 : 90
    (self.cell, self.rows, self.columns, self.turn) = (cell, rows, columns, turn)
    numbers = Numbers(map.values, cell: cell)

    // Names turned by 45° reach to the left of their column.
    let reach = turn == 45 ? max(columns.width * 0.71 - cell / 2, 0) : 0
    let names = max(rows.width + 8, reach)
    left = (Self.margin + (map.rowTitle.isEmpty ? 0 : 20) + names).rounded()
    top = map.subtitle == nil ? 48 : 66
    right = left + cell * Double(map.columns.count)
    bottom = top + cell * Double(map.rows.count)

    let depth =
      turn == 0 ? columns.size.size + 6 : turn == 45 ? columns.width * 0.71 + columns.size.size : columns.width + 8
    let title = Self.headingSize.shortened(map.columnTitle, to: max(right - left, 120))
    let titleHalf = Self.headingSize.width(of: title) / 2
    columnTitle = (title, max((left + right) / 2, Self.margin + titleHalf), bottom + depth + 22)
    legendLeft = max(right, columnTitle.x + titleHalf) + 28
    let below = bottom + depth + (title.isEmpty ? 0 : 22) + Self.margin
    let (legendWidth, legendHeight) = Self.legendSize(shades)
    let titleWidth = min(Self.titleSize.width(of: map.title), 720)
    let subtitleWidth = min(Self.textSize.width(of: map.subtitle ?? ""), 720)
    width = (max(legendLeft + legendWidth, Self.margin + max(titleWidth, subtitleWidth)) + Self.margin).rounded(.up)
    height = max(below, top + legendHeight + Self.margin).rounded(.up)
  }

  private static func legendSize(_ shades: Shades) -> (Double, Double) {
    let titles = shades.scales.map { headingSize.width(of: headingSize.shortened($0.title, to: legendLimit)) }
    let ticks = shades.scales.flatMap { Ticks($0.axis, limit: 6).labels }
      .map { barWidth + 8 + tickSize.width(of: $0) }
    let meanings = [shades.blankMeaning, shades.missingMeaning].compactMap { $0 }
    let texts = meanings.map { barWidth + 8 + tickSize.width(of: $0) }
    let height = Double(shades.scales.count) * scaleHeight + Double(meanings.count) * 22
    return ((titles + ticks + texts).max() ?? 0, height)
  }
}

/// The numbers in the cells: all of them in one size, or none.
struct Numbers {
  let texts: [[String]]
  let size: TextSize

  /// Nil where the widest number does not fit into a cell in letters that can be read.
  init?(_ values: [[Double]], cell: Double) {
    // Not one number of two characters would fit, so a great matrix is not written out for nothing.
    guard cell >= 12 else { return nil }
    let shown = values.joined().filter { AxisScale.shows($0, on: .linear) }
    let greatest = shown.map(abs).max() ?? 0
    let isWhole = shown.allSatisfy { $0 == $0.rounded() }
    let format = NumberFormat(
      resolution: isWhole || greatest < 1e-290 ? 1 : powerOfTen(decade(of: greatest) - 2), greatest: greatest)
    let texts = values.map { $0.map { AxisScale.shows($0, on: .linear) ? format.text($0) : "–" } }
    let widest = texts.joined().map { TextSize(size: 1).width(of: $0) }.max() ?? 1
    let size = min(12, ((cell - 4) / widest).rounded(.down))
    guard size >= 8 else { return nil }
    self.texts = texts
    self.size = TextSize(size: size)
  }
}
