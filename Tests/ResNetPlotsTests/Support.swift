import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An SVG file as a strict XML parser reads it: the figure that everybody sees, or the one for narrow pages that lies in it.
final class Figure: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""

    func number(_ name: String) -> Double? { attributes[name].flatMap(Double.init) }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []
  private let isNarrow: Bool
  /// Whether what is read lies in the figure for narrow pages.
  private var isInNarrow = false

  init(_ svg: String, isNarrow: Bool = false) throws {
    self.isNarrow = isNarrow
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    try #require(parser.parse(), "not well-formed XML: \(parser.parserError.map { "\($0)" } ?? "")")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "svg", attributes["class"] == "narrow" { isInNarrow = true }
    guard isInNarrow == isNarrow else { return }
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if isInNarrow == isNarrow { open.removeLast() }
    if name == "svg" { isInNarrow = false }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { elements[last].text += text }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  var texts: [String] { all("text").filter { $0.attributes["aria-hidden"] == nil }.map(\.text) }

  /// The texts that cover another one or leave the page, by the widths of a wide font.
  func misplacedTexts() throws -> [String] {
    let page = try #require(elements.first)
    let (width, height) = (try #require(page.number("width")), try #require(page.number("height")))
    // What lies behind a text, to set it off from its ground, has its place and its letters.
    let seen = all("text").filter { $0.attributes["aria-hidden"] == nil }
    let boxes = try seen.map { (text: $0.text, corners: try corners(of: $0)) }
    var faults: [String] = []
    for (index, box) in boxes.enumerated() {
      // A hair is allowed for coordinates that are rounded to a tenth.
      if box.corners.contains(where: { $0.x < -0.1 || $0.y < -0.1 || $0.x > width + 0.1 || $0.y > height + 0.1 }) {
        faults.append("\(box.text) leaves the page")
      }
      for other in boxes[(index + 1)...] where areOverlapping(box.corners, other.corners) {
        faults.append("\(box.text) and \(other.text) overlap")
      }
    }
    return faults
  }

  private func corners(of element: Element) throws -> [SIMD2<Double>] {
    let size = try #require(element.number("font-size"))
    let point = SIMD2(try #require(element.number("x")), try #require(element.number("y")))
    let style = TextSize(size: size, isBold: element.attributes["font-weight"] == "bold")
    let width = style.width(of: element.text)
    let anchor = element.attributes["text-anchor"]
    let start: Double = anchor == "middle" ? -width / 2 : anchor == "end" ? -width : 0
    var angle = 0.0
    if let transform = element.attributes["transform"] {
      let numbers = transform.dropFirst("rotate(".count).dropLast().split(separator: " ").compactMap { Double($0) }
      try #require(numbers.count == 3 && numbers[1] == point.x && numbers[2] == point.y)
      angle = numbers[0] * .pi / 180
    }
    let (top, bottom) = (-0.74 * size, 0.21 * size)
    let corners = [
      SIMD2(start, top), SIMD2(start + width, top), SIMD2(start + width, bottom), SIMD2(start, bottom),
    ]
    let (along, across) = (SIMD2(cos(angle), sin(angle)), SIMD2(-sin(angle), cos(angle)))
    return corners.map { corner in point + corner.x * along + corner.y * across }
  }

  /// Whether two rectangles share more than a hair: no side of either separates them.
  private func areOverlapping(_ first: [SIMD2<Double>], _ second: [SIMD2<Double>]) -> Bool {
    for corners in [first, second] {
      for side in 0..<2 {
        let axis = corners[side + 1] - corners[side]
        let length = (axis * axis).sum().squareRoot()
        let a = first.map { ($0 * axis).sum() / length }
        let b = second.map { ($0 * axis).sum() / length }
        let shared = min(a.max() ?? 0, b.max() ?? 0) - max(a.min() ?? 0, b.min() ?? 0)
        if shared < 0.2 { return false }
      }
    }
    return true
  }
}

/// A generator of its own for each case of a test.
func randomNumbers(_ seed: Int) -> RandomNumbers { RandomNumbers(seed: UInt64(seed), purpose: .testing) }

extension RandomNumbers {
  /// A number between two others.
  mutating func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(uniform()) }
}
