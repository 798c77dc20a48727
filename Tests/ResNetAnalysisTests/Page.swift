import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page as a strict XML parser reads it.
final class Page: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The text in it, that of the elements in it too.
    var text = ""
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  init(_ html: String) throws {
    super.init()
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html "))
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    let isRead = parser.parse()
    try #require(isRead, "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// The text of the first element of that name and, if one is given, that class.
  func text(_ name: String, _ kind: String? = nil) -> String? {
    all(name).first { kind == nil || $0.attributes["class"] == kind }?.text
  }

  /// The sections by their names in addresses.
  var sections: [String] { all("section").compactMap { $0.attributes["id"] } }

  /// What a page that stands alone must not have, each as it was found.
  var faults: [String] {
    var faults = elements.filter { ["script", "link", "iframe", "object", "embed", "base", "form"].contains($0.name) }
      .map(\.name)
    let ids = elements.compactMap { $0.attributes["id"] }
    if Set(ids).count < ids.count { faults.append("ids \(ids)") }
    for element in elements {
      for (name, value) in element.attributes {
        switch name {
        case "src": if !value.hasPrefix("data:image/png;base64,") { faults.append(value) }
        case "href" where element.name == "image":
          if !value.hasPrefix("data:image/png;base64,") { faults.append(value) }
        case "href" where element.name == "a":
          let isInside = value.hasPrefix("#") && ids.contains(String(value.dropFirst()))
          if !isInside && !value.hasPrefix("https://") { faults.append(value) }
        case "href": faults.append(value)
        case _ where name.hasPrefix("on"): faults.append("\(name)=\(value)")
        case "fill", "stroke", "style": if value.contains("url") { faults.append(value) }
        default: break
        }
      }
    }
    let styles = all("style").map(\.text).joined()
    return faults + ["url(", "@import", "expression"].filter { styles.contains($0) }
  }
}
