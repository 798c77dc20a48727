import ResNetCore

/// Writes the elements of an SVG file, one on a line.
///
/// Colours stand in attributes, which every program understands. Those of the page have a class as well, by which a style
/// sheet puts others in their place on a dark page.
struct SVGWriter {
  private let width, height: Double
  private let title, description: String
  private var lines: [String] = []

  /// Begins a figure: its size in pixels, and what a screen reader says.
  init(width: Double, height: Double, title: String, description: String) {
    (self.width, self.height) = (width, height)
    (self.title, self.description) = (title, description)
    add("rect", ["width": pixels(width), "height": pixels(height)], fill: .ground)
  }

  /// Adds an element without content.
  mutating func add(
    _ name: String, _ attributes: KeyValuePairs<String, String>, fill: Color? = nil, stroke: Color? = nil
  ) {
    lines.append(Self.tag(name, attributes) + Self.paint(fill: fill, stroke: stroke) + "/>")
  }

  /// The attributes of colours, and the classes by which they are others on a dark page.
  private static func paint(fill: Color? = nil, stroke: Color? = nil) -> String {
    let paints = [("fill", fill), ("stroke", stroke)].compactMap { name, color in color.map { (name, $0) } }
    let attributes = paints.map { " \($0)=\"\($1.hex)\"" }.joined()
    let classes = paints.filter { $1.dark != nil }.map { SVGFigure.className($0, $1) }
    return attributes + (classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"")
  }

  /// Adds a rectangle that says something where the pointer rests on it; it has a thin edge of the ground's colour, if that
  /// leaves something of its own.
  mutating func box(x: Double, y: Double, width: Double, height: Double, fill: Color, hint: String) {
    let rectangle =
      Self.tag(
        "rect",
        [
          "x": pixels(x), "y": pixels(y), "width": pixels(width), "height": pixels(height),
          "stroke-width": width < 3 ? "0" : "0.5",
        ]) + Self.paint(fill: fill, stroke: .ground)
    lines.append("\(rectangle)><title>\(escapedMarkup(hint))</title></rect>")
  }

  /// Adds a disk with a thin edge that says something where the pointer rests on it.
  mutating func dot(x: Double, y: Double, radius: Double, fill: Color, edge: Color = .ground, hint: String) {
    let disk =
      Self.tag("circle", ["cx": pixels(x), "cy": pixels(y), "r": pixels(radius)])
      + Self.paint(fill: fill, stroke: edge)
    lines.append("\(disk)><title>\(escapedMarkup(hint))</title></circle>")
  }

  /// Adds a path that is not filled.
  mutating func stroke(_ path: String, _ color: Color, width: Double = 1, dashes: String? = nil) {
    guard !path.isEmpty else { return }
    let start: KeyValuePairs = [
      "d": path, "fill": "none", "stroke-width": Self.thickness(width), "stroke-linejoin": "round",
    ]
    let end = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? " stroke-linecap=\"round\""
    lines.append(Self.tag("path", start) + end + Self.paint(stroke: color) + "/>")
  }

  /// Where a text stands in relation to its point.
  enum Anchor: String {
    case start
    case middle
    case end
  }

  /// Adds a text whose base line begins, has its middle, or ends at a point.
  ///
  /// - Parameters:
  ///   - full: what the text was shortened from.
  ///   - turn: degrees by which it is turned round the point, clockwise.
  mutating func text(
    _ text: String, _ style: TextSize, x: Double, y: Double, anchor: Anchor = .start, color: Color = .ink,
    full: String? = nil, turn: Double = 0
  ) {
    guard !text.isEmpty else { return }
    var line = Self.tag("text", ["x": pixels(x), "y": pixels(y), "font-size": pixels(style.size)])
    line += Self.paint(fill: color)
    if style.isBold { line += " font-weight=\"bold\"" }
    if anchor != .start { line += " text-anchor=\"\(anchor.rawValue)\"" }
    if turn != 0 { line += " transform=\"rotate(\(pixels(turn)) \(pixels(x)) \(pixels(y)))\"" }
    let hint = full.map { $0 == text ? "" : "<title>\(escapedMarkup($0))</title>" } ?? ""
    lines.append(line + ">\(hint)\(escapedMarkup(text))</text>")
  }

  /// Adds what lies behind a text that is not on the ground: its letters, thick, in the colour of what is there.
  mutating func halo(
    _ text: String, _ style: TextSize, x: Double, y: Double, anchor: Anchor, color: Color, turn: Double = 0
  ) {
    guard !text.isEmpty else { return }
    var line = Self.tag("text", ["x": pixels(x), "y": pixels(y), "font-size": pixels(style.size)])
    line +=
      " fill=\"none\" stroke-width=\"3\" stroke-linejoin=\"round\" aria-hidden=\"true\"" + Self.paint(stroke: color)
    if anchor != .start { line += " text-anchor=\"\(anchor.rawValue)\"" }
    if turn != 0 { line += " transform=\"rotate(\(pixels(turn)) \(pixels(x)) \(pixels(y)))\"" }
    lines.append(line + ">\(escapedMarkup(text))</text>")
  }

  /// Adds a picture that is in the file itself, in a rectangle as large as it can be; it says something where the pointer
  /// rests on it.
  ///
  /// - Parameters:
  ///   - address: `Image.dataAddress()`.
  ///   - isSharp: whether its pixels are drawn as squares.
  mutating func picture(
    _ address: String, x: Double, y: Double, width: Double, height: Double, isSharp: Bool, hint: String
  ) {
    let place = Self.tag(
      "image",
      [
        "x": pixels(x), "y": pixels(y), "width": pixels(width), "height": pixels(height),
        "image-rendering": isSharp ? "pixelated" : "auto", "preserveAspectRatio": "xMidYMid meet",
      ])
    // Escaping megabytes of letters and digits would find nothing.
    lines.append("\(place) href=\"\(address)\"><title>\(escapedMarkup(hint))</title></image>")
  }

  /// The whole file.
  ///
  /// - Parameter narrow: the same figure for a narrow page, where it is drawn for one: it lies in the file without being
  ///   seen, for a page of several figures to take.
  func finished(narrow: SVGWriter? = nil) -> String {
    let head = [
      Self.tag(
        "svg",
        [
          "xmlns": "http://www.w3.org/2000/svg", "width": pixels(width), "height": pixels(height), "viewBox": box,
          "role": "img", "font-family": SVGFigure.fonts,
        ]) + ">", "<title>\(escapedMarkup(title))</title>", "<desc>\(escapedMarkup(description))</desc>",
      "<style>\(SVGFigure.style)</style>",
    ]
    var other: [String] = []
    if let narrow {
      let size: KeyValuePairs = ["width": pixels(narrow.width), "height": pixels(narrow.height), "viewBox": narrow.box]
      let start = Self.tag("svg", size) + " class=\"narrow\" display=\"none\">"
      other = [start] + narrow.lines + ["</svg>"]
    }
    return (head + lines + other + ["</svg>", ""]).joined(separator: "\n")
  }

  private var box: String { "0 0 \(pixels(width)) \(pixels(height))" }

  private static func thickness(_ width: Double) -> String {
    // Lines are told apart by quarters of a pixel.
    let quarters = Int((width * 4).rounded())
    return "\(quarters / 4)" + ["", ".25", ".5", ".75"][quarters % 4]
  }

  private static func tag(_ name: String, _ attributes: KeyValuePairs<String, String>) -> String {
    attributes.reduce("<" + name) { $0 + " \($1.key)=\"\(escapedMarkup($1.value))\"" }
  }
}
