import ResNetCore

/// A matrix as coloured cells, with its numbers where there is room for them.
///
/// ```swift
/// let matrix = try HeatMap(
///   confusion: [[9, 1, 0], [2, 7, 1], [0, 0, 10]], classes: ["cat", "dog", "ship"], title: "Test images")
/// let text = matrix.svg()
/// ```
public struct HeatMap: Hashable, Sendable {
  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// What the rows are.
  public var rowTitle: String
  /// What the columns are.
  public var columnTitle: String
  /// What the numbers are, with their unit in brackets: it stands over the scale of colours.
  public var valueTitle: String
  /// How numbers are spread over the colours; on a logarithmic scale numbers that are not positive have cells in grey.
  public private(set) var valueScale = PlotAxis.Scale.linear
  /// The names of the rows, from top to bottom.
  public let rows: [String]
  /// The names of the columns, from left to right.
  public let columns: [String]
  /// The numbers, `[rows][columns]`; one that is not finite has a cell in grey.
  public let values: [[Double]]
  /// Whether rows are true classes and columns predicted ones.
  let isConfusion: Bool

  /// Makes a figure of any matrix; a darker cell stands for a greater number.
  ///
  /// - Parameters:
  ///   - values: the numbers, `[rows][columns]`.
  ///   - rows: the names of the rows.
  ///   - columns: the names of the columns.
  ///   - title: what the figure shows.
  ///   - subtitle: a line below the title.
  ///   - rowTitle: what the rows are.
  ///   - columnTitle: what the columns are.
  ///   - valueTitle: what the numbers are.
  ///   - valueScale: how numbers become shades.
  /// - Throws: `ResNetError` of code `usage` where there are no cells, or not as many as the names say.
  public init(
    _ values: [[Double]], rows: [String], columns: [String], title: String, subtitle: String? = nil,
    rowTitle: String = "", columnTitle: String = "", valueTitle: String = "", valueScale: PlotAxis.Scale = .linear
  ) throws {
    try self.init(
      values: values, rows: rows, columns: columns, title: title, subtitle: subtitle, rowTitle: rowTitle,
      columnTitle: columnTitle, valueTitle: valueTitle, isConfusion: false)
    self.valueScale = valueScale
  }

  /// Makes a figure of how often each class was taken for each other.
  ///
  /// A cell is coloured by its share of its row, on two scales: blue from 0 to 100 % on the diagonal, vermilion up to the
  /// greatest confusion beside it, so that rare confusions are seen as well. Cells without an image are white.
  ///
  /// - Parameters:
  ///   - counts: images, `[true class][predicted class]`.
  ///   - classes: the names of the classes.
  ///   - title: what the figure shows.
  ///   - subtitle: a line below the title.
  /// - Throws: `ResNetError` of code `usage` where there are no classes, the matrix is not square over them, or a count
  ///   is negative.
  public init(confusion counts: [[Int]], classes: [String], title: String, subtitle: String? = nil) throws {
    for (row, counts) in counts.enumerated() {
      guard let column = counts.firstIndex(where: { $0 < 0 }) else { continue }
      throw ResNetError(
        .usage, "\(counts[column]) images cannot have been taken for another class",
        at: "confusion matrix, row \(row), column \(column)", remedy: "Give the number of images in each cell")
    }
    try self.init(
      values: counts.map { $0.map(Double.init) }, rows: classes, columns: classes, title: title, subtitle: subtitle,
      rowTitle: "true class", columnTitle: "predicted class", valueTitle: "images", isConfusion: true)
  }

  private init(
    values: [[Double]], rows: [String], columns: [String], title: String, subtitle: String?, rowTitle: String,
    columnTitle: String, valueTitle: String, isConfusion: Bool
  ) throws {
    guard !rows.isEmpty, !columns.isEmpty else {
      throw ResNetError(
        .usage, "a heat map needs at least one row and one column", at: title, remedy: "Name the rows and the columns")
    }
    guard values.count == rows.count else {
      throw ResNetError(
        .usage, "a matrix of \(values.count) rows does not fit \(rows.count) names", at: title,
        remedy: "Give one name to each row")
    }
    if let row = values.firstIndex(where: { $0.count != columns.count }) {
      throw ResNetError(
        .usage, "row \(row) of \(values[row].count) numbers does not fit \(columns.count) columns", at: title,
        remedy: "Give each row one number for each column")
    }
    self.values = values
    self.rows = rows
    self.columns = columns
    self.title = title
    self.subtitle = subtitle
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.valueTitle = valueTitle
    self.isConfusion = isConfusion
  }

  /// The figure as the text of an SVG file; the same values give the same bytes.
  public func svg() -> String { HeatMapLayout(self).svg() }
}
