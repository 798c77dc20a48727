/// A surface seen from above and from one side, lit from the left: what a contour plot shows, as a landscape.
public struct ReliefPlot: Hashable, Sendable {
  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// The surface; darker is higher, and cells with a hole at a corner are left out.
  public var grid: ValueGrid

  /// Makes a figure.
  public init(title: String, subtitle: String? = nil, grid: ValueGrid) {
    self.title = title
    self.subtitle = subtitle
    self.grid = grid
  }

  /// The figure as the text of an SVG file; the same values give the same bytes.
  public func svg() -> String { ReliefPlotLayout(self).svg() }
}
