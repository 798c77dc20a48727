/// Where everything of a flame graph stands, in pixels from the upper left corner.
struct FlameGraphLayout {
  static let titleSize = LinePlotLayout.titleSize
  static let textSize = LinePlotLayout.textSize
  static let boxSize = TextSize(size: 11)
  static let margin = LinePlotLayout.margin
  static let width = 1000.0
  static let rowHeight = 20.0
  /// Narrower boxes are not drawn: nobody could see or point at them.
  static let narrowest = 0.4

  /// A box and all that lies in it.
  final class Part {
    let name: String
    /// The names from the whole down to here.
    let path: String
    /// The place of its kind; `nil` where it has parts.
    let kind: Int?
    var amount = 0.0
    private(set) var parts: [Part] = []
    private var places: [String: Int] = [:]

    init(_ name: String, path: String, kind: Int? = nil) {
      self.name = name
      self.path = path
      self.kind = kind
    }

    /// The part of a name, made where there is none yet. Kinds and boxes of one name are two parts.
    func part(_ name: String, kind: Int? = nil) -> Part {
      let key = (kind == nil ? "box " : "kind ") + name
      if let place = places[key] { return parts[place] }
      places[key] = parts.count
      parts.append(Part(name, path: path.isEmpty ? name : path + " · " + name, kind: kind))
      return parts[parts.count - 1]
    }
  }

  /// A box on the page.
  struct Box {
    let left, width, top: Double
    /// What stands in it, as much as fits; empty where nothing does.
    let text: String
    let hint: String
    let kind: Int?
  }

  /// A colour and what it means.
  struct Entry {
    let text: String
    let kind: Int
    let x, y: Double
  }

  let graph: FlameGraph
  /// The kinds, the largest first.
  let kinds: [(name: String, amount: Double)]
  let boxes: [Box]
  let legend: [Entry]
  let height: Double

  init(_ graph: FlameGraph) {
    self.graph = graph
    // The rest is too large or too small to be added up.
    let samples = graph.samples.filter { (1e-200...1e200).contains($0.amount) }
    let kinds = Self.kinds(samples)
    self.kinds = kinds
    let whole = Self.tree(samples, kinds: kinds.map(\.name), name: graph.whole)
    let format = AmountFormat(whole: whole.amount, unit: graph.unit)
    let top = graph.subtitle == nil ? 44.0 : 62
    let scale = whole.amount > 0 ? (Self.width - 2 * Self.margin) / whole.amount : 0
    var boxes: [Box] = []
    func place(_ part: Part, left: Double, row: Int) {
      let width = part.amount * scale
      guard width >= Self.narrowest else { return }
      let text = Self.boxSize.shortened(part.name, to: width - 6)
      // Of a few letters nobody guesses a name.
      let isReadable = text == part.name || width >= 40
      boxes.append(
        Box(
          left: left, width: width, top: top + Double(row) * Self.rowHeight, text: isReadable ? text : "",
          hint: part.path + ": " + format.text(part.amount), kind: part.kind))
      var left = left
      for inner in part.parts {
        place(inner, left: left, row: row + 1)
        left += inner.amount * scale
      }
    }
    place(whole, left: Self.margin, row: 0)
    self.boxes = boxes
    let bottom = (boxes.map(\.top).max() ?? top) + Self.rowHeight
    legend = Self.legend(kinds, format, top: bottom + 14)
    height = ((legend.last?.y ?? bottom) + Self.rowHeight + Self.margin).rounded(.up)
  }

  /// The colour of a kind; those beyond the palette share a grey.
  static func color(of kind: Int?) -> Color {
    guard let kind else { return .grid }
    // Black is too heavy for a box.
    let colors = Palette.colors.dropLast()
    return kind < colors.count ? colors[kind] : .missing
  }

  private static func kinds(_ samples: [FlameGraph.Sample]) -> [(name: String, amount: Double)] {
    let amounts = Dictionary(samples.map { ($0.kind, $0.amount) }, uniquingKeysWith: +)
    return amounts.map { (name: $0.key, amount: $0.value) }
      .sorted { ($1.amount, $0.name) < ($0.amount, $1.name) }
  }

  private static func tree(_ samples: [FlameGraph.Sample], kinds: [String], name: String) -> Part {
    let places = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })
    let whole = Part(name, path: name)
    for sample in samples {
      var part = whole
      part.amount += sample.amount
      for name in sample.path {
        part = part.part(name)
        part.amount += sample.amount
      }
      part.part(sample.kind, kind: places[sample.kind]).amount += sample.amount
    }
    return whole
  }

  /// Kinds side by side, in as many rows as they need.
  private static func legend(
    _ kinds: [(name: String, amount: Double)], _ format: AmountFormat, top: Double
  ) -> [Entry] {
    var (x, y) = (margin, top)
    return kinds.enumerated().map { place, kind in
      let text = textSize.shortened("\(kind.name) \(format.text(kind.amount))", to: width - 2 * margin - 20)
      let needed = 20 + textSize.width(of: text)
      if x > margin, x + needed > width - margin { (x, y) = (margin, y + rowHeight) }
      defer { x += needed + 18 }
      return Entry(text: text, kind: place, x: x, y: y)
    }
  }
}

/// How amounts and their shares of the whole are written.
struct AmountFormat {
  let whole: Double
  let unit: String
  private let format: NumberFormat

  init(whole: Double, unit: String) {
    self.whole = whole
    self.unit = unit
    let resolution = whole > 0 ? powerOfTen(decade(of: whole) - 4) : 1
    format = NumberFormat(resolution: resolution, greatest: whole)
  }

  func text(_ amount: Double) -> String {
    let share = whole > 0 ? amount / whole * 100 : 0
    return "\(format.text(amount)) \(unit), \(NumberFormat(resolution: 0.1, greatest: 100).text(share)) %"
  }
}
