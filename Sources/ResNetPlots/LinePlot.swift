/// Lines over one x axis, in one panel or in several that stand above each other.
///
/// Each line is named at its end, with its last value, so there is no legend to look up. The colours are Okabe and Ito's,
/// made for any common kind of colour vision; in grey, weight, dashes and marks tell lines apart.
///
/// ```swift
/// let epochs = [1.0, 2, 3, 4]
/// let plot = LinePlot(
///   title: "ResNet-20 on CIFAR-10", x: PlotAxis("epoch"),
///   panels: [
///     LinePlot.Panel(
///       y: PlotAxis("error", unit: "%"),
///       series: [
///         LinePlot.Series("training", points: zip(epochs, [60.2, 41.7, 30.9, 22.0]), emphasis: .thin, isDashed: true),
///         LinePlot.Series("test", points: zip(epochs, [55.0, 43.1, 33.8, 27.4]), emphasis: .bold),
///       ])
///   ])
/// let text = plot.svg()
/// ```
public struct LinePlot: Hashable, Sendable {
  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// The axis that all panels share.
  public var x: PlotAxis
  /// The panels, from top to bottom.
  public var panels: [Panel]

  /// Makes a figure.
  public init(title: String, subtitle: String? = nil, x: PlotAxis, panels: [Panel]) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.panels = panels
  }

  /// One field of lines with a y axis of its own.
  public struct Panel: Hashable, Sendable {
    /// The axis of the values.
    public var y: PlotAxis
    /// The lines, from the one at the back to the one in front.
    public var series: [Series]
    /// The height of the field in pixels, from 80 to 2000; a field that is too low for its names becomes higher.
    public var height: Double

    /// Makes a panel.
    public init(y: PlotAxis, series: [Series], height: Double = 280) {
      self.y = y
      self.series = series
      self.height = height
    }
  }

  /// How much a line stands out.
  public enum Emphasis: Hashable, Sendable {
    /// What the figure is about.
    case bold
    /// What it is to be compared with.
    case thin
  }

  /// A point of a line.
  public struct Point: Hashable, Sendable {
    /// The place along the x axis.
    public var x: Double
    /// The value.
    public var y: Double

    /// Makes a point.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// How far values reach at a place of a line.
  public struct Bounds: Hashable, Sendable {
    /// The place along the x axis.
    public var x: Double
    /// The least value.
    public var low: Double
    /// The greatest value.
    public var high: Double

    /// Makes bounds.
    public init(x: Double, low: Double, high: Double) {
      self.x = x
      self.low = low
      self.high = high
    }
  }

  /// A line and its name.
  public struct Series: Hashable, Sendable {
    /// What stands at the end of the line.
    public var name: String
    /// The points in the order in which they are joined; one that is not finite leaves a gap.
    public var points: [Point]
    /// How far the values behind the line reach, from place to place: a light field behind all lines; empty where there
    /// is none. Bounds that are not finite leave a gap.
    public var spread: [Bounds]
    /// How much the line stands out.
    public var emphasis: Emphasis
    /// Whether the line is broken into dashes.
    public var isDashed: Bool
    /// Which of the palette's colours the line has, counted round; nil stands for the line's place in its panel.
    public var colorSlot: Int?

    /// Makes a line from pairs of x and y.
    public init(
      _ name: String, points: some Sequence<(Double, Double)>, spread: [Bounds] = [], emphasis: Emphasis = .bold,
      isDashed: Bool = false, colorSlot: Int? = nil
    ) {
      self.name = name
      self.points = points.map { Point(x: $0.0, y: $0.1) }
      self.spread = spread
      self.emphasis = emphasis
      self.isDashed = isDashed
      self.colorSlot = colorSlot
    }
  }

  /// The figure as the text of an SVG file; the same values give the same bytes.
  public func svg() -> String { LinePlotLayout(self).svg() }
}
