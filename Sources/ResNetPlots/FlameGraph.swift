/// Where an amount goes, such as the time of a program: a box for the whole, below it boxes for its parts, as wide as the
/// part is large, down to what each part consists of.
///
/// ```swift
/// let graph = FlameGraph(
///   title: "A step of training", whole: "resnet20", unit: "ms",
///   samples: [
///     FlameGraph.Sample(["layer1", "0", "conv1"], kind: "convolution", amount: 1.5),
///     FlameGraph.Sample(["layer1", "0", "bn1"], kind: "normalisation", amount: 0.5),
///   ])
/// let text = graph.svg()
/// ```
public struct FlameGraph: Hashable, Sendable {
  /// A part that is not divided any further.
  public struct Sample: Hashable, Sendable {
    /// The names of the boxes that it lies in, from the largest to the smallest, without the whole.
    public var path: [String]
    /// What it is: samples of one kind have one colour.
    public var kind: String
    /// How large it is; what is not a positive number takes no room.
    public var amount: Double

    /// Makes a part.
    public init(_ path: [String], kind: String, amount: Double) {
      self.path = path
      self.kind = kind
      self.amount = amount
    }
  }

  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// The name of the box that holds all others.
  public var whole: String
  /// The unit of all amounts.
  public var unit: String
  /// The parts; boxes stand in the order in which the samples first name them, and samples of one path and kind add up.
  public var samples: [Sample]

  /// Makes a figure.
  public init(title: String, subtitle: String? = nil, whole: String, unit: String, samples: [Sample]) {
    self.title = title
    self.subtitle = subtitle
    self.whole = whole
    self.unit = unit
    self.samples = samples
  }

  /// The figure as the text of an SVG file; the same values give the same bytes. A box says its amount and share where the
  /// pointer rests on it.
  public func svg() -> String { FlameGraphLayout(self).svg() }
}
