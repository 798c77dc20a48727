/// One of the scales of colours that a heat map is read by.
struct ColorScale {
  let title: String
  let ramp: ColorRamp
  let axis: AxisScale

  /// The level in the ramp of a number.
  func level(of value: Double) -> Int {
    Int((min(max(axis.fraction(of: value), 0), 1) * Double(ColorRamp.levels - 1)).rounded())
  }
}

/// The scales of a heat map, and which colour each cell has.
struct Shades {
  /// The colour in `palette` of a cell that holds nothing.
  static let blank = 0
  /// The colour in `palette` of a cell whose number is not finite.
  static let missing = 1

  let scales: [ColorScale]
  /// All colours: white, grey, then the levels of one scale after the other.
  let palette: [Color]
  /// For each cell its place in `palette`, `[rows][columns]`.
  let cells: [[Int]]
  /// What white and grey cells stand for, where there are any.
  let meanings: [(text: String, color: Color)]

  init(_ map: HeatMap) {
    let (scales, cells) = map.isConfusion ? Self.shares(of: map.values) : Self.values(map)
    self.scales = scales
    self.cells = cells
    palette =
      [.white, .missing] + scales.flatMap { scale in (0..<ColorRamp.levels).map { scale.ramp.color(level: $0) } }
    let missing = map.isConfusion ? "class without images" : map.valueScale == .linear ? "not finite" : "not positive"
    meanings = [(Self.blank, "no images", Color.white), (Self.missing, missing, .missing)]
      .filter { cells.joined().contains($0.0) }.map { ($0.1, $0.2) }
  }

  /// The place in `palette` of a number on a scale.
  private static func shade(of value: Double, on scales: [ColorScale], _ index: Int) -> Int {
    2 + index * ColorRamp.levels + scales[index].level(of: value)
  }

  private static func values(_ map: HeatMap) -> ([ColorScale], [[Int]]) {
    let axis = AxisScale(map.values.flatMap { $0 }, scale: map.valueScale, isPadded: false)
    let scales = [ColorScale(title: map.valueTitle, ramp: .blue, axis: axis)]
    let cells = map.values.map { row in
      row.map { AxisScale.shows($0, on: map.valueScale) ? shade(of: $0, on: scales, 0) : missing }
    }
    return (scales, cells)
  }

  private static func shares(of counts: [[Double]]) -> ([ColorScale], [[Int]]) {
    let shares = counts.map { row in
      let total = row.reduce(0, +)
      return row.map { 100 * $0 / total }
    }
    var scales = [ColorScale(title: "correct (% of row)", ramp: .blue, axis: AxisScale([0, 100], isPadded: false))]
    let confused = shares.enumerated().flatMap { row, shares in
      shares.enumerated().filter { $0.offset != row && $0.element > 0 }.map(\.element)
    }
    if let greatest = confused.max() {
      let axis = AxisScale([0, greatest], isPadded: false)
      scales.append(ColorScale(title: "confused (% of row)", ramp: .vermilion, axis: axis))
    }
    let cells = shares.enumerated().map { row, shares in
      shares.enumerated().map { column, share in
        guard share.isFinite else { return missing }
        return share > 0 ? shade(of: share, on: scales, row == column ? 0 : 1) : blank
      }
    }
    return (scales, cells)
  }
}
