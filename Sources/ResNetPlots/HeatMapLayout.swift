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

    init(_ names: [String], cell: Double, limit: Double) {
      let size = TextSize(size: min(11, max(8, cell - 1)))
      // A number of names that is easily counted on from.
      let stride = [1, 2, 5, 10, 20, 50, 100, 200, 500].first { Double($0) * cell >= size.size + 1 } ?? 1000
      shown = names.indices.filter { $0 % stride == 0 }
        .map { ($0, size.shortened(names[$0], to: limit), names[$0]) }
      self.size = size
      width = shown.map { size.width(of: $0.text) }.max() ?? 0
    }
  }

  /// Where the scales of colours stand: beside the matrix, and on a narrow page below it.
  struct Legend {
    /// The upper left corner of each scale, title included.
    var scales: [Place] = []
    /// The same of what white and grey cells mean.
    var meanings: [Place] = []
    /// The widest that the title of a scale may be.
    var limit = HeatMapLayout.legendLimit
  }

  typealias Place = LinePlotLayout.Place

  let map: HeatMap
  let shades: Shades
  /// The heading for a narrow page; nil on a wide one.
  let narrow: NarrowHeading?
  let margin: Double
  let cell: Double
  let rows, columns: Names
  /// Degrees by which the columns' names are turned: 0, 45 or 90.
  let turn: Double
  let numbers: Numbers?
  /// The corners of the matrix.
  let left, top, right, bottom: Double
  /// The columns' title, its middle and its base line.
  let columnTitle: (text: String, x: Double, y: Double)
  let legend: Legend
  let width, height: Double

  init(_ map: HeatMap, isNarrow: Bool = false) {
    self.map = map
    shades = Shades(map)
    let narrow = isNarrow ? NarrowHeading(map.title, map.subtitle) : nil
    let margin = isNarrow ? NarrowHeading.margin : Self.margin
    (self.narrow, self.margin) = (narrow, margin)
    let limit = isNarrow ? 84.0 : 120
    let cell = isNarrow ? Self.narrowCell(map, limit: limit) : Self.cell(map)
    let rows = Names(map.rows, cell: cell, limit: limit)
    let columns = Names(map.columns, cell: cell, limit: limit)
    let fits = columns.shown.count == map.columns.count && columns.width + 6 <= cell
    let turn = fits ? 0.0 : cell >= 18 ? 45 : 90
    (self.cell, self.rows, self.columns, self.turn) = (cell, rows, columns, turn)
    numbers = Numbers(map.values, cell: cell)

    // Names turned by 45° reach to the left of their column.
    let reach = turn == 45 ? max(columns.width * 0.71 - cell / 2, 0) : 0
    let names = max(rows.width + 8, reach)
    left = (margin + (map.rowTitle.isEmpty ? 0 : 20) + names).rounded()
    let top = narrow.map { $0.bottom + 14 } ?? (map.subtitle == nil ? 48 : 66)
    self.top = top
    right = left + cell * Double(map.columns.count)
    bottom = top + cell * Double(map.rows.count)

    let depth =
      turn == 0 ? columns.size.size + 6 : turn == 45 ? columns.width * 0.71 + columns.size.size : columns.width + 8
    let title = Self.headingSize.shortened(
      map.columnTitle, to: isNarrow ? NarrowHeading.width - left - margin : max(right - left, 120))
    let titleHalf = Self.headingSize.width(of: title) / 2
    let titleMiddle = min(
      max((left + right) / 2, margin + titleHalf),
      isNarrow ? NarrowHeading.width - margin - titleHalf : .infinity)
    columnTitle = (title, titleMiddle, bottom + depth + 22)
    let below = bottom + depth + (title.isEmpty ? 0 : 22) + margin
    let (legendWidth, legendHeight) = Self.legendSize(shades)
    var legend = Legend()
    if isNarrow {
      // The scales side by side, and below them what has no scale.
      legend.limit = NarrowHeading.room / 2 - 8
      legend.scales = shades.scales.indices.map {
        Place(x: margin + Double($0) * NarrowHeading.room / 2, y: below + 12)
      }
      let end = below + 12 + Self.scaleHeight
      legend.meanings = shades.meanings.indices.map { Place(x: margin, y: end + 22 * Double($0)) }
      width = NarrowHeading.width
      height = end + 22 * Double(shades.meanings.count)
    } else {
      let x = max(right, columnTitle.x + titleHalf) + 28
      let end = top + Self.scaleHeight * Double(shades.scales.count)
      legend.scales = shades.scales.indices.map { Place(x: x, y: top + Self.scaleHeight * Double($0)) }
      legend.meanings = shades.meanings.indices.map { Place(x: x, y: end + 22 * Double($0)) }
      let titleWidth = min(Self.titleSize.width(of: map.title), 720)
      let subtitleWidth = min(Self.textSize.width(of: map.subtitle ?? ""), 720)
      width = (max(x + legendWidth, margin + max(titleWidth, subtitleWidth)) + margin).rounded(.up)
      height = max(below, top + legendHeight + margin).rounded(.up)
    }
    self.legend = legend
  }

  /// The side of a cell on a wide page.
  private static func cell(_ map: HeatMap) -> Double {
    let count = max(map.rows.count, map.columns.count)
    return count <= 100 ? Double(min(48, max(9, 560 / count))) : Double(max(1, 900 / count))
  }

  /// The side of a cell of which as many as there are columns stand beside names on a narrow page.
  private static func narrowCell(_ map: HeatMap, limit: Double) -> Double {
    let size = TextSize(size: 11)
    // Columns' names may be turned, and then reach to the left.
    let widths = map.rows.map { size.width(of: $0) } + map.columns.map { 0.71 * size.width(of: $0) }
    let names = min(widths.max() ?? 0, limit) + 8
    let room = NarrowHeading.room - names - (map.rowTitle.isEmpty ? 0 : 20)
    // In tenths of a pixel, which is as fine as a file has it.
    return min(48, max(0.1, (10 * room / Double(map.columns.count)).rounded(.down) / 10))
  }

  private static func legendSize(_ shades: Shades) -> (Double, Double) {
    let titles = shades.scales.map { headingSize.width(of: headingSize.shortened($0.title, to: legendLimit)) }
    let ticks = shades.scales.flatMap { Ticks($0.axis, limit: 6).labels }
      .map { barWidth + 8 + tickSize.width(of: $0) }
    let texts = shades.meanings.map { barWidth + 8 + tickSize.width(of: $0.text) }
    let height = Double(shades.scales.count) * scaleHeight + Double(shades.meanings.count) * 22
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
