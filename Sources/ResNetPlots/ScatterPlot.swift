/// Points over two axes, each with its name beside it.
///
/// ```swift
/// let plot = ScatterPlot(
///   title: "What depth costs and gives", x: PlotAxis("multiply-adds", scale: .logarithmic),
///   y: PlotAxis("test error", unit: "%"), points: [.init("resnet20", x: 41e6, y: 8.5), .init("plain20", x: 41e6, y: 9.1)])
/// let text = plot.svg()
/// ```
public struct ScatterPlot: Hashable, Sendable {
  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// The axis across.
  public var x: PlotAxis
  /// The axis upwards.
  public var y: PlotAxis
  /// The points; one that has no place on an axis is left out.
  public var points: [Point]

  /// Makes a figure.
  public init(title: String, subtitle: String? = nil, x: PlotAxis, y: PlotAxis, points: [Point]) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.points = points
  }

  /// A point and its name.
  public struct Point: Hashable, Sendable {
    /// What stands beside it, where there is room; else where the pointer rests on it.
    public var name: String
    /// The place along the x axis.
    public var x: Double
    /// The place along the y axis.
    public var y: Double
    /// Which of the palette's colours it has, counted round.
    public var colorSlot: Int

    /// Makes a point.
    public init(_ name: String, x: Double, y: Double, colorSlot: Int = 0) {
      self.name = name
      self.x = x
      self.y = y
      self.colorSlot = colorSlot
    }
  }

  /// The figure as the text of an SVG file; the same values give the same bytes.
  public func svg() -> String { ScatterPlotLayout(self).svg() }
}
