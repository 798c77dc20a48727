import ResNetCore

/// Numbers over a rectangular grid of two coordinates: what contours and reliefs are drawn of.
public struct ValueGrid: Hashable, Sendable {
  /// What the columns' coordinates are.
  public let x: PlotAxis
  /// What the rows' coordinates are.
  public let y: PlotAxis
  /// What the numbers are; a logarithmic scale spreads levels and colours evenly over ratios.
  public let value: PlotAxis
  /// The coordinates of the columns, rising.
  public let columns: [Double]
  /// The coordinates of the rows, rising.
  public let rows: [Double]
  /// The numbers, `[rows][columns]`; those that cannot be shown on their axis are holes.
  public let values: [[Double]]

  /// Makes a grid.
  ///
  /// - Throws: `ResNetError` of code `usage` where there are fewer than two rows or columns, where coordinates do not rise or
  ///   have no place on their axis, or where there are not as many numbers as they ask for.
  public init(
    _ values: [[Double]], columns: [Double], rows: [Double], x: PlotAxis, y: PlotAxis, value: PlotAxis
  ) throws {
    for (coordinates, axis) in [(columns, x), (rows, y)] {
      let rises = zip(coordinates, coordinates.dropFirst()).allSatisfy { $0 < $1 }
      guard coordinates.count > 1, rises, coordinates.allSatisfy({ AxisScale.shows($0, on: axis.scale) }) else {
        throw ResNetError(
          .usage, "the \(coordinates.count) coordinates of a grid do not rise from number to number", at: axis.label,
          remedy: "Give two coordinates or more, in order")
      }
    }
    guard values.count == rows.count, values.allSatisfy({ $0.count == columns.count }) else {
      throw ResNetError(
        .usage,
        "\(values.map(\.count).max() ?? 0)×\(values.count) numbers do not fill a grid of "
          + "\(columns.count)×\(rows.count)", at: value.label, remedy: "Give a number for each column of each row")
    }
    self.values = values
    self.columns = columns
    self.rows = rows
    self.x = x
    self.y = y
    self.value = value
  }

  /// The axis of the numbers.
  var valueScale: AxisScale { AxisScale(values.flatMap { $0 }, scale: value.scale, isPadded: false) }

  /// How far along their axis the numbers lie, `[rows][columns]`; not a number in holes.
  func heights(on scale: AxisScale) -> [[Double]] {
    values.map { $0.map { AxisScale.shows($0, on: scale.scale) ? scale.fraction(of: $0) : .nan } }
  }
}
