/// What an axis shows: a label, its unit, and how values are spread along it.
///
/// ```swift
/// let loss = PlotAxis("cross-entropy", unit: "nats", scale: .logarithmic)
/// ```
public struct PlotAxis: Hashable, Sendable {
  /// How values are spread along an axis.
  public enum Scale: Hashable, Sendable {
    /// Equal differences are equally long.
    case linear
    /// Equal ratios are equally long; values that are not positive cannot be shown.
    case logarithmic
  }

  /// What is measured, without its unit.
  public var label: String
  /// The unit, which is shown in brackets; nil where there is none.
  public var unit: String?
  /// How values are spread along the axis.
  public var scale: Scale

  /// Makes an axis.
  public init(_ label: String, unit: String? = nil, scale: Scale = .linear) {
    self.label = label
    self.unit = unit
    self.scale = scale
  }

  /// The label with its unit, as in `error (%)`.
  var heading: String { unit.map { "\(label) (\($0))" } ?? label }
}
