import ResNetCore

/// A figure of this module as a part of a larger page, read from the text of its file.
///
/// Nothing is in it that figures of this module do not consist of: files lie in folders where anybody may change them, and
/// a page must not run a script or load something because one of its figures says so. Nor has it names that could be
/// another figure's too, because no element has an `id`. The style sheet is left out, for the page to have it once.
package struct SVGFigure: Hashable, Sendable {
  /// What the figure shows.
  package let title: String
  /// How wide it is, in pixels.
  package let width: Double
  /// The figure as an element, well-formed.
  package let wide: String
  /// The same for a narrow page, of class `narrow`, where the file holds it.
  package let narrow: String?

  /// Reads the text of a file that `svg()` of a figure made.
  ///
  /// - Parameter place: what an error says of where it lies.
  /// - Throws: `ResNetError` of code `data` where it is damaged, or not such a file.
  package init(_ svg: String, at place: String) throws {
    var reader = SVGReader(svg)
    guard let root = reader.wholeFile(), root.name == "svg" else {
      throw ResNetError(
        .data, "it is no figure of this package, or a damaged one (near byte \(reader.position))", at: place,
        remedy: "Make it again with the command that wrote it")
    }
    let narrow = root.children.first { $0.name == "svg" }
    let head = root.children.filter { ["title", "desc"].contains($0.name) }
    let title = root.children.first { $0.name == "title" }?.content.map(\.markup).joined() ?? ""
    self.title = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
      .reduce(title) { $0.replacing($1.0, with: $1.1) }
    width = root.attributes.first { $0.name == "width" }.flatMap { Double($0.value) } ?? 0
    wide = root.keeping { !["style", "svg"].contains($0.name) }.markup
    self.narrow = narrow.map { figure in
      var figure = figure.keeping { $0.name != "svg" }
      let common = root.attributes.filter { ["xmlns", "role", "font-family"].contains($0.name) }
      figure.attributes = common + figure.attributes.filter { $0.name != "display" }
      figure.content = head.map { .element($0) } + figure.content
      return figure.markup
    }
  }
}

/// An element of a figure.
private struct SVGElement {
  /// What lies in an element, in its order.
  enum Content {
    /// Text as it stands in the file, marks as entities.
    case text(String)
    case element(SVGElement)

    var markup: String {
      switch self {
      case .text(let text): text
      case .element(let element): element.markup
      }
    }
  }

  let name: String
  var attributes: [(name: String, value: String)] = []
  var content: [Content] = []

  var children: [SVGElement] { content.compactMap { if case .element(let element) = $0 { element } else { nil } } }

  /// The element without those of its children that are not wanted.
  func keeping(_ isWanted: (SVGElement) -> Bool) -> SVGElement {
    var element = self
    element.content = content.filter { if case .element(let child) = $0 { isWanted(child) } else { true } }
    return element
  }

  var markup: String {
    let start = attributes.reduce("<" + name) { $0 + " \($1.name)=\"\($1.value)\"" }
    return content.isEmpty ? start + "/>" : start + ">" + content.map(\.markup).joined() + "</\(name)>"
  }
}

/// Reads the part of XML that `SVGWriter` writes, and nothing else.
private struct SVGReader {
  private let bytes: [UInt8]
  /// How far it has come.
  private(set) var position = 0

  /// A figure, the narrow one in it, a text, and what it says where the pointer rests on it.
  private static let mostDepth = 4
  private static let elements: Set = ["svg", "title", "desc", "style", "rect", "path", "circle", "text", "image"]
  private static let attributes: Set = [
    "aria-hidden", "class", "cx", "cy", "d", "display", "fill", "fill-opacity", "fill-rule", "font-family", "font-size",
    "font-weight", "height", "href", "image-rendering", "preserveAspectRatio", "r", "role", "shape-rendering", "stroke",
    "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "text-anchor",
    "transform",
    "viewBox", "width", "x", "xmlns", "y",
  ]
  private static let entities = ["&amp;", "&lt;", "&gt;", "&quot;"].map { Array($0.utf8) }
  private static let picture = Array("data:image/png;base64,".utf8)
  private static let namespace = "http://www.w3.org/2000/svg"

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The only element of the file; nil where anything is not as it should be.
  mutating func wholeFile() -> SVGElement? {
    skipSpace()
    guard let root = element(depth: 1) else { return nil }
    skipSpace()
    return position == bytes.count ? root : nil
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() { while let next, Self.isSpace(next) { position += 1 } }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  private mutating func takes(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func taken(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = position
    while let next, isWanted(next) { position += 1 }
    return bytes[start..<position]
  }

  private mutating func name(of known: Set<String>) -> String? {
    let name = String(decoding: taken { $0 == UInt8(ascii: "-") || Self.isLetter($0) }, as: UTF8.self)
    return known.contains(name) ? name : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private mutating func element(depth: Int) -> SVGElement? {
    guard depth <= Self.mostDepth, takes("<"), let name = name(of: Self.elements),
      depth <= 2 || !["svg", "style"].contains(name)
    else { return nil }
    var element = SVGElement(name: name)
    while true {
      skipSpace()
      if takes("/>") { return element }
      if takes(">") { break }
      guard let attribute = attribute(), !element.attributes.contains(where: { $0.name == attribute.name }) else {
        return nil
      }
      element.attributes.append(attribute)
    }
    while true {
      guard let text = text() else { return nil }
      if !text.isEmpty { element.content.append(.text(text)) }
      if takes("</") {
        guard takes(name + ">") else { return nil }
        return element
      }
      guard let child = self.element(depth: depth + 1) else { return nil }
      element.content.append(.element(child))
    }
  }

  private mutating func attribute() -> (name: String, value: String)? {
    guard let name = name(of: Self.attributes), takes("=\"") else { return nil }
    let value = taken { $0 != UInt8(ascii: "\"") }
    guard takes("\""), Self.isHarmless(value, of: name) else { return nil }
    return (name, String(decoding: value, as: UTF8.self))
  }

  /// Whether an attribute has a value that our own writer may give it, and that leads nowhere.
  private static func isHarmless(_ value: ArraySlice<UInt8>, of name: String) -> Bool {
    func consists(_ rest: ArraySlice<UInt8>, of marks: String) -> Bool {
      rest.allSatisfy { isLetter($0) || (48...57).contains($0) || marks.utf8.contains($0) }
    }
    switch name {
    case "xmlns": return value.elementsEqual(namespace.utf8)
    case "href": return value.starts(with: picture) && consists(value.dropFirst(picture.count), of: "+/=")
    // What paints may be named by an address.
    case "fill", "stroke":
      return value.elementsEqual("none".utf8)
        || (value.first == UInt8(ascii: "#") && consists(value.dropFirst(), of: ""))
    default: return consists(value, of: " .,-'()%+")
    }
  }

  /// Text up to the next mark; nil where something in it is no text of XML.
  private mutating func text() -> String? {
    let start = position
    while let next, next != UInt8(ascii: "<") {
      if next == UInt8(ascii: "&") {
        guard let entity = Self.entities.first(where: { bytes[position...].starts(with: $0) }) else { return nil }
        position += entity.count
      } else {
        guard next >= 32 || Self.isSpace(next), next != 127, next != UInt8(ascii: ">") else { return nil }
        position += 1
      }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // The two characters above 127 that XML forbids.
    return text.unicodeScalars.contains { $0 == "\u{FFFE}" || $0 == "\u{FFFF}" } ? nil : text
  }
}
