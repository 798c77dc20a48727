/// Measured values of the same thing, as of runs that differ in nothing but their seed.
///
/// A value that is not a number, as the error of a run that diverged, counts as infinite: worse than all others.
public struct Spread: Hashable, Sendable {
  /// The values, ascending; there is at least one.
  public let values: [Double]

  /// Takes values in any order; `nil` where there are none.
  public init?(_ values: some Sequence<Double>) {
    let sorted = values.map { $0.isNaN ? .infinity : $0 }.sorted()
    guard !sorted.isEmpty else { return nil }
    self.values = sorted
  }

  /// The value in the middle; of an even number of values the mean of both.
  public var median: Double { (values[(values.count - 1) / 2] + values[values.count / 2]) / 2 }

  /// The least value.
  public var least: Double { values[0] }

  /// The greatest value.
  public var greatest: Double { values[values.count - 1] }
}

extension Spread: Encodable {
  private enum CodingKeys: String, CodingKey { case median, least, greatest, values }

  /// Writes the values and what they come to.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(median, forKey: .median)
    try container.encode(least, forKey: .least)
    try container.encode(greatest, forKey: .greatest)
    try container.encode(values, forKey: .values)
  }
}

/// How a measured error goes from one network to another.
public struct ErrorChange: Hashable, Sendable {
  /// Which way an error goes.
  public enum Direction: String, Hashable, Sendable {
    /// The error falls.
    case falls
    /// The error rises.
    case rises
    /// The runs do not tell.
    case unclear
  }

  /// The error of the first network's runs, in percent.
  public var from: Spread
  /// The error of the second network's runs, in percent.
  public var to: Spread

  /// How far medians of single runs have to be apart to be told from chance, in percentage points: as far as runs of small
  /// networks that differ in their seed alone are seen to be.
  static let leastDifference = 1.0

  /// Which way the error goes: that of the ranges, where they do not overlap. Where chance alone sets ranges of so few runs
  /// apart more often than one time in ten, medians have to differ by a percentage point too.
  public var direction: Direction {
    let isApart = to.least > from.greatest || to.greatest < from.least
    guard isApart, chance <= 0.1 || !(abs(to.median - from.median) < Self.leastDifference) else { return .unclear }
    return to.median > from.median ? .rises : .falls
  }

  /// How often ranges of so many runs come out apart in this direction where networks do not differ at all: one time in as
  /// many as there are ways to divide the runs in two such groups.
  public var chance: Double {
    let (first, second) = (from.values.count, to.values.count)
    return (1...second).reduce(1) { $0 * Double($1) / Double(first + $1) }
  }
}
