/// The colours of pages and figures, light and dark.
package enum PageColors {
  /// A colour and its counterpart on a dark page, as style sheets write them.
  package typealias Pair = (light: String, dark: String)

  /// What everything stands on.
  package static let ground = pair(.ground)
  /// Text.
  package static let ink = pair(.ink)
  /// Text that says less.
  package static let softInk = pair(.softInk)
  /// Lines that part things.
  package static let grid = pair(.grid)
  /// What can be clicked: blue, dark enough for text.
  package static let link = pair(Palette.colors[0].readable)
  /// What measures errors: vermilion.
  package static let fault = pair(Palette.colors[1])

  /// All that figures use and that have a counterpart, each once.
  static let all: [Color] =
    [.ground, .ink, .softInk, .axis, .grid]
    + (Palette.colors + Palette.colors.map(\.readable)).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }

  private static func pair(_ color: Color) -> Pair { (color.hex, Color(color.dark ?? 0).hex) }
}

extension SVGFigure {
  /// What figures are written in, where the system has it.
  static let fonts = "system-ui, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"

  /// The class of elements whose fill or stroke has a colour of the page.
  static func className(_ attribute: String, _ color: Color) -> String {
    "\(attribute.prefix(1))-\(color.hex.dropFirst())"
  }

  /// The style sheet of figures: on a screen of those who like it dark, colours of the page give way to their
  /// counterparts. Paper is always light.
  package static let style: String = {
    let rules = PageColors.all.flatMap { color in
      ["fill", "stroke"].map { ".\(className($0, color)){\($0):\(Color(color.dark ?? 0).hex)}" }
    }
    return "@media screen and (prefers-color-scheme:dark){\(rules.joined())}"
  }()
}
