import Foundation

/// Writes the elements of an SVG file, one on a line.
struct SVGWriter {
  private var lines: [String]

  /// Begins a figure: its size in pixels, and what a screen reader says.
  init(width: Double, height: Double, title: String, description: String) {
    let size = "\(pixels(width)) \(pixels(height))"
    lines = []
    lines.append(
      Self.tag(
        "svg",
        [
          "xmlns": "http://www.w3.org/2000/svg", "width": pixels(width), "height": pixels(height),
          "viewBox": "0 0 \(size)", "role": "img",
          "font-family": "system-ui, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif",
        ]) + ">")
    lines.append("<title>\(Self.escaped(title))</title>")
    lines.append("<desc>\(Self.escaped(description))</desc>")
    add("rect", ["width": pixels(width), "height": pixels(height), "fill": "#FFFFFF"])
  }

  /// Adds an element without content.
  mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>) {
    lines.append(Self.tag(name, attributes) + "/>")
  }

  /// Adds a rectangle that says something where the pointer rests on it; it has a thin edge of white, if that leaves
  /// something of its colour.
  mutating func box(x: Double, y: Double, width: Double, height: Double, fill: Color, hint: String) {
    let rectangle = Self.tag(
      "rect",
      [
        "x": pixels(x), "y": pixels(y), "width": pixels(width), "height": pixels(height), "fill": fill.hex,
        "stroke": Color.white.hex, "stroke-width": width < 3 ? "0" : "0.5",
      ])
    lines.append("\(rectangle)><title>\(Self.escaped(hint))</title></rect>")
  }

  /// Adds a disk with a thin edge of white that says something where the pointer rests on it.
  mutating func dot(x: Double, y: Double, radius: Double, fill: Color, hint: String) {
    let disk = Self.tag(
      "circle",
      ["cx": pixels(x), "cy": pixels(y), "r": pixels(radius), "fill": fill.hex, "stroke": Color.white.hex])
    lines.append("\(disk)><title>\(Self.escaped(hint))</title></circle>")
  }

  /// Adds what stands above every figure: its title and, in smaller letters, how it came about.
  mutating func heading(_ title: String, _ subtitle: String?, room: Double) {
    typealias Style = LinePlotLayout
    text(Style.titleSize.shortened(title, to: room), Style.titleSize, x: Style.margin, y: 28, full: title)
    guard let subtitle else { return }
    let short = Style.textSize.shortened(subtitle, to: room)
    text(short, Style.textSize, x: Style.margin, y: 48, color: .softInk, full: subtitle)
  }

  /// Adds a path that is not filled.
  mutating func stroke(_ path: String, _ color: Color, width: Double = 1, dashes: String? = nil) {
    guard !path.isEmpty else { return }
    let start: KeyValuePairs = [
      "d": path, "fill": "none", "stroke": color.hex, "stroke-width": Self.thickness(width),
      "stroke-linejoin": "round",
    ]
    let end = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? " stroke-linecap=\"round\""
    lines.append(Self.tag("path", start) + end + "/>")
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
    var line = Self.tag("text", ["x": pixels(x), "y": pixels(y), "font-size": pixels(style.size), "fill": color.hex])
    if style.isBold { line += " font-weight=\"bold\"" }
    if anchor != .start { line += " text-anchor=\"\(anchor.rawValue)\"" }
    if turn != 0 { line += " transform=\"rotate(\(pixels(turn)) \(pixels(x)) \(pixels(y)))\"" }
    let hint = full.map { $0 == text ? "" : "<title>\(Self.escaped($0))</title>" } ?? ""
    lines.append(line + ">\(hint)\(Self.escaped(text))</text>")
  }

  /// Adds what lies behind a text that is not on white: its letters, thick, in the colour of the ground.
  mutating func halo(
    _ text: String, _ style: TextSize, x: Double, y: Double, anchor: Anchor, color: Color, turn: Double = 0
  ) {
    guard !text.isEmpty else { return }
    var line = Self.tag("text", ["x": pixels(x), "y": pixels(y), "font-size": pixels(style.size)])
    line += " fill=\"none\" stroke=\"\(color.hex)\" stroke-width=\"3\" stroke-linejoin=\"round\" aria-hidden=\"true\""
    if anchor != .start { line += " text-anchor=\"\(anchor.rawValue)\"" }
    if turn != 0 { line += " transform=\"rotate(\(pixels(turn)) \(pixels(x)) \(pixels(y)))\"" }
    lines.append(line + ">\(Self.escaped(text))</text>")
  }

  /// Adds a picture that is in the file itself, in a rectangle as large as it can be; it says something where the pointer
  /// rests on it.
  ///
  /// - Parameter isSharp: whether its pixels are drawn as squares.
  mutating func picture(
    _ file: [UInt8], x: Double, y: Double, width: Double, height: Double, isSharp: Bool, hint: String
  ) {
    let place = Self.tag(
      "image",
      [
        "x": pixels(x), "y": pixels(y), "width": pixels(width), "height": pixels(height),
        "image-rendering": isSharp ? "pixelated" : "auto", "preserveAspectRatio": "xMidYMid meet",
      ])
    // Escaping megabytes of letters and digits would find nothing.
    let address = "data:image/png;base64," + Data(file).base64EncodedString()
    lines.append("\(place) href=\"\(address)\"><title>\(Self.escaped(hint))</title></image>")
  }

  /// The whole file.
  func finished() -> String { (lines + ["</svg>", ""]).joined(separator: "\n") }

  private static func thickness(_ width: Double) -> String {
    // Lines are told apart by quarters of a pixel.
    let quarters = Int((width * 4).rounded())
    return "\(quarters / 4)" + ["", ".25", ".5", ".75"][quarters % 4]
  }

  private static func tag(_ name: String, _ attributes: KeyValuePairs<String, String>) -> String {
    attributes.reduce("<" + name) { $0 + " \($1.key)=\"\(escaped($1.value))\"" }
  }

  /// The text as XML takes it: marks as entities, line ends as spaces, and what XML forbids as U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
