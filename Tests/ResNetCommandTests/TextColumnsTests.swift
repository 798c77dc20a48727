import Testing

@testable import ResNetCommand

@Suite struct TextColumnsTests {
  @Test(
    "Emoji and Chinese take two columns, letters one, whatever they are made of",
    arguments: [
      ("", 0), ("bee", 3), ("Käfer", 5), ("Ka\u{308}fer", 5), ("👕", 2), ("👍🏽", 2), ("🇩🇪", 2), ("👨‍👩‍👧", 2), ("❤️", 2),
      ("❤", 1), ("漢字", 4), ("かな", 4), ("한글", 4), ("→ × …", 5), ("ａ", 2),
    ])
  func columns(text: String, expected: Int) { #expect(text.columns == expected) }

  @Test("Columns stand below one another whatever is in them, and what is too wide loses its middle")
  func table() {
    let rows = [["class", "images"], ["👕", "12"], ["漢字漢字", "3"], ["Hemd", "1000"]]
    #expect(
      Columns.table(rows) == ["class     images", "👕            12", "漢字漢字       3", "Hemd        1000"])
    let long = String(repeating: "漢", count: 60)
    #expect(shortened(long, to: 80).columns <= 80 && shortened(long, to: 80).hasPrefix("漢漢"))
    for width in 1...12 {
      let text = shortened("👕ab👕cd👕", to: width)
      #expect(text.columns <= width && (width >= 10) == (text == "👕ab👕cd👕"), "\(text)")
    }
    #expect(shortened("abcdefgh", to: 5) == "ab…gh")
  }
}
