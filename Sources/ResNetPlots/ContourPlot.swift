/// A surface seen from above: bands of colour between lines of equal height, which bear their numbers.
///
/// ```swift
/// let grid = try ValueGrid(
///   losses, columns: [-1, 0, 1], rows: [-1, 0, 1], x: PlotAxis("α"), y: PlotAxis("β"),
///   value: PlotAxis("cross-entropy", unit: "nats", scale: .logarithmic))
/// let plot = ContourPlot(title: "ResNet-56", grid: grid, marks: [.init(x: 0, y: 0, name: "trained network")])
/// let text = plot.svg()
/// ```
public struct ContourPlot: Hashable, Sendable {
  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// The surface; darker is higher, and holes are grey.
  public var grid: ValueGrid
  /// Places that are pointed out.
  public var marks: [Mark]

  /// Makes a figure.
  public init(title: String, subtitle: String? = nil, grid: ValueGrid, marks: [Mark] = []) {
    self.title = title
    self.subtitle = subtitle
    self.grid = grid
    self.marks = marks
  }

  /// A place that is pointed out, and what is there.
  public struct Mark: Hashable, Sendable {
    /// The place along the x axis.
    public var x: Double
    /// The place along the y axis.
    public var y: Double
    /// What is there.
    public var name: String

    /// Makes a mark; one that does not lie on the grid is left out.
    public init(x: Double, y: Double, name: String) {
      self.x = x
      self.y = y
      self.name = name
    }
  }

  /// The figure as the text of an SVG file; the same values give the same bytes.
  public func svg() -> String { ContourPlotLayout(self).svg() }
}
