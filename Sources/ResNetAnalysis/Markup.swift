import ResNetCore
import ResNetPlots

/// A piece of a page that is well-formed both as HTML and as XML.
///
/// Text becomes markup by being escaped; elements are made of names that stand in the source, never of text from outside.
struct Markup: ExpressibleByStringInterpolation {
  /// As it stands in a file.
  let text: String

  private init(trusted text: String) { self.text = text }

  /// Text, which may come from anywhere.
  init(_ text: String) { self.init(trusted: escapedMarkup(text)) }

  /// Text, which may hold other text from anywhere.
  init(stringLiteral text: String) { self.init(text) }

  /// Pieces one after another.
  init(_ pieces: [Markup]) { self.init(trusted: pieces.map(\.text).joined()) }

  /// A figure; where there is one for narrow pages too, a page shows one of the two.
  init(_ figure: SVGFigure) {
    let wide = Markup(trusted: figure.wide)
    if let narrow = figure.narrow {
      self.init([.element("div", ["class": "wide"], wide), Markup(trusted: narrow + "\n")])
    } else {
      self = .element("div", ["class": "alone"], wide)
    }
  }

  /// A style sheet.
  ///
  /// - Precondition: it holds no `<` and no `&`, which HTML and XML read differently there.
  init(style: String) {
    precondition(!style.contains { "<&".contains($0) }, "HTML and XML read a style sheet alike")
    self.init(trusted: "<style>\n\(style)\n</style>\n")
  }

  /// An element with its content.
  ///
  /// - Parameters:
  ///   - name: what it is; elements that may be empty have no end of their own.
  ///   - attributes: in their order; those that are `nil` are left out.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ content: Markup...
  ) -> Markup {
    element(name, attributes, content)
  }

  /// An element with its content.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ content: [Markup]
  ) -> Markup {
    let start = attributes.reduce("<" + name) { text, attribute in
      attribute.value.map { "\(text) \(attribute.key)=\"\(escapedMarkup($0))\"" } ?? text
    }
    let end = lineElements.contains(name) ? "" : "\n"
    // A page of HTML ends these nowhere, and one of XML must.
    if emptyElements.contains(name) { return Markup(trusted: start + "/>" + end) }
    return Markup(trusted: start + ">" + content.map(\.text).joined() + "</\(name)>" + end)
  }

  private static let emptyElements: Set = ["br", "hr", "img", "meta"]
  /// Elements that stand within a line, where a line end would be seen as a space.
  private static let lineElements: Set = ["a", "b", "br", "code", "i", "img", "span", "small", "strong"]

  /// Text in which the addresses of sources can be followed.
  static func prose(_ text: String) -> Markup {
    var pieces: [Markup] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "https://")?.lowerBound {
      var address = rest[start...].prefix { !$0.isWhitespace && !")>]\"".contains($0) }
      while let last = address.last, ".,;:".contains(last) { address.removeLast() }
      pieces.append(Markup(String(rest[..<start])))
      let shown = address.dropFirst("https://".count)
      pieces.append(.element("a", ["href": String(address)], Markup(String(shown))))
      rest = rest[address.endIndex...]
    }
    return Markup(pieces + [Markup(String(rest))])
  }
}
