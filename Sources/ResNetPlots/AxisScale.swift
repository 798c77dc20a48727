import Foundation

/// The stretch of numbers that an axis covers, and where a number lies on it.
struct AxisScale {
  /// How numbers are spread.
  let scale: PlotAxis.Scale
  /// The first and the last number that the axis covers.
  let domain: ClosedRange<Double>
  /// Whether all numbers on it are whole, so that ticks between them would mean nothing.
  let isWhole: Bool

  /// Covers those of the values that can be shown.
  ///
  /// - Parameter isPadded: whether the outermost values keep a little distance from the ends.
  init(_ values: [Double], scale: PlotAxis.Scale = .linear, isPadded: Bool) {
    let shown = values.filter { Self.shows($0, on: scale) }
    let low = shown.min() ?? (scale == .linear ? 0 : 1)
    let high = shown.max() ?? (scale == .linear ? 1 : 10)
    self.scale = scale
    switch scale {
    case .linear:
      isWhole = !shown.isEmpty && shown.allSatisfy { $0 == $0.rounded() }
      domain = Self.linear(low, high, isWhole: isWhole, padding: isPadded ? 0.04 : 0)
    case .logarithmic:
      isWhole = false
      // Values that differ by less than their rounding are one value.
      let factor = high / low < 1 + Self.least ? 2 : isPadded ? pow(high / low, 0.04) : 1
      domain = low / factor...high * factor
    }
  }

  /// Covers a stretch of numbers and nothing beside.
  init(domain: ClosedRange<Double>, scale: PlotAxis.Scale) {
    self.scale = scale
    self.domain = domain
    isWhole = false
  }

  /// Whether a number has a place on an axis: a finite one, positive where the axis needs that.
  ///
  /// The utmost magnitudes that a Double has are left out as well, because their differences are no longer numbers.
  static func shows(_ value: Double, on scale: PlotAxis.Scale) -> Bool {
    scale == .linear ? abs(value) <= 1e300 : value >= 1e-100 && value <= 1e100
  }

  /// How far along the axis a number lies: 0 at its beginning, 1 at its end.
  func fraction(of value: Double) -> Double {
    switch scale {
    case .linear: (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    case .logarithmic: log(value / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
    }
  }

  /// The least difference, as a share of the greatest magnitude, that an axis spreads out.
  private static let least = 1e-9

  private static func linear(
    _ low: Double, _ high: Double, isWhole: Bool, padding: Double
  ) -> ClosedRange<Double> {
    var (start, end) = (low, high)
    let magnitude = max(abs(low), abs(high))
    if magnitude < 1e-290 {
      (start, end) = (-1, 1)
    } else if high - low < magnitude * least {
      let margin = isWhole ? max(1, magnitude * least * 10) : magnitude * 0.1
      (start, end) = (low - margin, high + margin)
    } else {
      // A line that comes near to zero is read against zero.
      if low > 0, low <= high / 4 { start = 0 } else if low != 0 { start = low - padding * (high - low) }
      if high < 0, high >= low / 4 { end = 0 } else if high != 0 { end = high + padding * (high - low) }
    }
    // What is never negative has no room below zero, and the other way round.
    if low >= 0 { start = max(start, 0) }
    if high <= 0, low < 0 { end = min(end, 0) }
    return start...end
  }
}
