import Testing

@testable import ResNetCommand

@Suite struct SparklineTests {
  @Test("The greatest value is the highest block and the least the lowest")
  func blocks() {
    #expect(sparkline([70, 60, 50, 40, 30, 20, 10, 0], width: 20, isUnicode: true) == "█▇▆▅▄▃▂▁")
    #expect(sparkline([0, 35, 70], width: 20, isUnicode: false) == "_=#")
  }

  @Test("More values than there is room for are averaged, each one in one place")
  func averages() {
    #expect(sparkline([0, 2, 9, 9], width: 2, isUnicode: false) == "_#")
    #expect(sparkline((0..<1000).map(Double.init), width: 8, isUnicode: true) == "▁▂▃▄▅▆▇█")
    #expect(sparkline(Array(repeating: 1, count: 7) + [9], width: 5, isUnicode: true).count == 5)
  }

  @Test("Equal values, values that are no numbers, no values and no room are drawn too")
  func edges() {
    #expect(sparkline([5, 5], width: 9, isUnicode: true) == "▁▁")
    #expect(sparkline([1, .nan, 2], width: 9, isUnicode: true) == "▁██")
    #expect(sparkline([.nan, .infinity], width: 9, isUnicode: true) == "██")
    #expect(sparkline([], width: 9, isUnicode: true) == "")
    #expect(sparkline([1, 2], width: 0, isUnicode: true) == "")
    #expect(sparkline([1, 2], width: -1, isUnicode: true) == "")
  }
}
