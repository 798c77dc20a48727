import ResNetCore
import Testing

@testable import ResNetFiles

@Suite struct JSONScannerTests {
  @Test(
    "JSON is accepted",
    arguments: [
      "{}", " [ ] ", "null", "true", "-0", "1.5e-3", "\"\\u00e9\\uD83E\\uDD8A\"", #"{"a":[1,{"b":"c"}],"A":false}"#,
      "[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]",
    ])
  func accepted(text: String) {
    #expect(throws: Never.self) { try JSONScanner.check(text, place: "text") }
  }

  @Test(
    "What is not JSON, or too deep, or has a name twice, is refused",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "+1", "1.", ".5", "1e", "1e999", "-", "NaN",
      "tru",
      "nulls", "[1] 2", "\"\\ud800\"", "\"\u{1}\"", "'a'", "\u{FEFF}{}", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#,
      "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", String(repeating: "[", count: 1_000_000),
      String(repeating: "{\"a\":", count: 200_000),
    ])
  func refused(text: String) {
    let error = #expect(throws: ResNetError.self) { try JSONScanner.check(text, place: "text") }
    #expect(error?.code == .data)
    #expect(error?.place?.hasPrefix("text, byte ") == true)
  }

  @Test("A string written as JSON is read as it was", arguments: ["", "a\"b\\c/d\u{0}\u{1F}\n\u{7F}é🦊"])
  func strings(text: String) throws {
    var scanner = JSONScanner(jsonString(text), place: "text")
    #expect(try scanner.string().utf8.elementsEqual(text.utf8))
    #expect(scanner.next == nil)
  }

  @Test("In a text that a person wrote, errors count lines and say that it can be mended")
  func lines() {
    let error = #expect(throws: ResNetError.self) {
      try JSONScanner.check("{\n  \"a\": 1,\n  \"a\": 2\n}", place: "mine", isHandwritten: true)
    }
    #expect(error?.place == "mine, line 4")
    #expect(error?.remedy == "Mend the file there")
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int?

    init(stringValue: String) { self.stringValue = stringValue }
    init(intValue: Int) { (self.stringValue, self.intValue) = ("\(intValue)", intValue) }
  }

  @Test(
    "A path of keys leads to the line of its value, or of the last one on the way",
    arguments: [("", 2), ("a", 3), ("b", 4), ("b.c", 6), ("b.c.1", 8), ("b.d", 4), ("b.c.9", 6), ("a.x", 3), ("z", 2)])
  func paths(path: String, line: Int) {
    let text = """

      {
        "a": 1,
        "b": {

          "\\u0063": [
            "b",
            {"c": 2}
          ]
        }
      }
      """
    let keys = path.split(separator: ".").map { part in
      Int(part).map(Key.init(intValue:)) ?? Key(stringValue: String(part))
    }
    #expect(JSONScanner.line(of: keys, in: text) == line)
  }
}
