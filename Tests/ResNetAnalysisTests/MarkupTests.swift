import Foundation
import Testing

@testable import ResNetAnalysis

@Suite struct MarkupTests {
  @Test("Text is escaped wherever it stands, and an element ends as HTML and XML both want it")
  func escaping() {
    let name = "<b> & \"c\""
    let item = Markup.element("td", ["class": name, "id": nil], "in \(name)", .element("br"))
    #expect(
      item.text == "<td class=\"&lt;b&gt; &amp; &quot;c&quot;\">in &lt;b&gt; &amp; &quot;c&quot;<br/></td>\n")
    #expect(Markup.element("td").text == "<td></td>\n")
    #expect(Markup("a\u{0}\u{FFFF}b").text == "a\u{FFFD}\u{FFFD}b")
  }

  @Test(
    "Addresses of sources can be followed, and marks behind them are text",
    arguments: [
      ("He (https://arxiv.org/abs/1).", "He (<a href=\"https://arxiv.org/abs/1\">arxiv.org/abs/1</a>)."),
      ("https://a.org/b, c", "<a href=\"https://a.org/b\">a.org/b</a>, c"),
      ("a <https://a.org/?x&y>", "a &lt;<a href=\"https://a.org/?x&amp;y\">a.org/?x&amp;y</a>&gt;"),
      ("javascript:alert(1) http://a.org", "javascript:alert(1) http://a.org"), ("", ""),
    ])
  func prose(text: String, markup: String) {
    #expect(Markup.prose(text).text == markup)
  }

  @Test("Every kind of view says what is expected, and whose work says so")
  func expectations() {
    #expect(Set(viewKinds.map { $0.name }).count == viewKinds.count)
    for kind in viewKinds {
      #expect(kind.expectation.contains("https://") && !kind.expectation.contains("\n"), "\(kind.name)")
      #expect(!kind.definition.contains("\n\n"))
    }
  }
}
