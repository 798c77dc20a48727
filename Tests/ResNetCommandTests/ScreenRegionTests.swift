import Testing

@testable import ResNetCommand

@Suite struct ScreenRegionTests {
  private func lines(_ texts: String...) -> [StyledLine] {
    texts.map { text in
      var line = StyledLine(hasColor: true)
      line.append(text, .accent)
      return line
    }
  }

  @Test("Lines are written over in place, however many there are, and what was above them stays")
  func renewal() {
    var terminal = TestScreen(columns: 40)
    var region = ScreenRegion()
    terminal.send("$ resnet train\n")
    for shown in [
      lines("one, which is long", "two"), lines("uno", "due", "tre"), lines("eins"), lines("one", "two", "three"),
    ] {
      terminal.send(region.show(shown, columns: 40))
      let plain = shown.map { $0.text.split(separator: "m")[1].split(separator: "\u{1B}")[0] }.map(String.init)
      #expect(terminal.lines.filter { !$0.isEmpty } == ["$ resnet train"] + plain)
    }
    terminal.send(region.clear(columns: 40))
    #expect(terminal.lines == ["$ resnet train", ""])
    #expect(terminal.cursor == [1, 0])
    #expect(region.isEmpty && region.clear(columns: 40).isEmpty)
  }

  @Test("Results go between what was written before and the lines, which follow them")
  func results() {
    var terminal = TestScreen(columns: 40)
    var region = ScreenRegion()
    terminal.send(region.show(lines("a", "b"), columns: 40))
    for epoch in 1...3 {
      terminal.send(region.clear(columns: 40) + "epoch \(epoch)\n")
      terminal.send(region.show(lines("a\(epoch)", "b"), columns: 40))
    }
    #expect(terminal.lines == ["epoch 1", "epoch 2", "epoch 3", "a3", "b"])
  }

  @Test("Lines that a narrower terminal has broken are taken away whole")
  func narrowing() {
    // The screen of 10 columns as it is after lines of 25 and 3 columns were broken by it.
    var terminal = TestScreen(columns: 10)
    var region = ScreenRegion()
    _ = region.show(lines(String(repeating: "x", count: 25), "abc"), columns: 40)
    terminal.send("$\n" + String(repeating: "x", count: 25) + "\nabc")
    #expect(terminal.lines.count == 5)
    terminal.send(region.show(lines("new", "one"), columns: 10))
    #expect(terminal.lines == ["$", "new", "one"])
  }

  @Test("Styles take no room and are ended; without colours there are none")
  func styles() {
    var line = StyledLine(hasColor: true)
    line.append("abc", .bold)
    line.append("", .accent)
    line.append("de")
    #expect(line.text == "\u{1B}[1mabc\u{1B}[0mde" && line.width == 5)
    var plain = StyledLine(hasColor: false)
    plain.append("abc", .bold)
    #expect(plain.text == "abc" && plain.width == 3)
  }
}
