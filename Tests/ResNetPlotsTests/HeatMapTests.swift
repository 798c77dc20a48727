import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct HeatMapTests {
  /// Mostly right, sometimes confused.
  private func confusion(_ count: Int, seed: Int = 1) -> [[Int]] {
    var numbers = randomNumbers(seed)
    return (0..<count).map { row in
      (0..<count).map { $0 == row ? 90 : numbers.integer(below: 8) == 0 ? numbers.integer(below: 12) : 0 }
    }
  }

  private func names(_ count: Int) -> [String] { (0..<count).map { "class name \($0)" } }

  @Test("A confusion matrix names its classes, axes and scales, and prints its numbers")
  func confusionMatrix() throws {
    let map = try HeatMap(
      confusion: [[9, 1, 0], [4, 5, 1], [0, 0, 10]], classes: ["cat", "dog", "ship"], title: "Test", subtitle: "error")
    let figure = try Figure(map.svg())
    for text in ["Test", "error", "true class", "predicted class", "correct (% of row)", "confused (% of row)"] {
      #expect(figure.texts.contains(text))
    }
    #expect(figure.texts.filter { $0 == "dog" }.count == 2)
    #expect(figure.texts.contains("no images"))
    #expect(try figure.misplacedTexts() == [])
    let description = try #require(figure.all("desc").first?.text)
    #expect(description.contains("24 of 30 images are correct"))
    #expect(description.contains("dog taken for cat: 4, cat taken for dog: 1, dog taken for ship: 1"))
  }

  @Test("A cell's colour follows its share of the row; the diagonal has a scale of its own")
  func shares() throws {
    let map = try HeatMap(
      confusion: [[90, 10, 0], [0, 5, 5], [1, 0, 999]], classes: ["a", "b", "c"], title: "")
    let shades = Shades(map)
    let levels = ColorRamp.levels
    let blue = 2
    let vermilion = 2 + levels
    #expect(shades.cells[1] == [Shades.blank, blue + levels / 2, vermilion + levels - 1])
    #expect(shades.cells[0][0] == blue + Int((0.9 * Double(levels - 1)).rounded()))
    // A tenth of the row, where the greatest confusion is a half.
    #expect(shades.cells[0][1] == vermilion + Int((0.2 * Double(levels - 1)).rounded()))
    // One in a thousand has the lightest colour, and is not white.
    #expect(shades.cells[2][0] == vermilion)
    #expect(shades.palette[vermilion] != .white)
  }

  @Test("A class without images is grey, and the figure says why")
  func emptyClass() throws {
    let map = try HeatMap(confusion: [[0, 0], [1, 2]], classes: ["a", "b"], title: "")
    #expect(Shades(map).cells[0] == [Shades.missing, Shades.missing])
    #expect(try Figure(map.svg()).texts.contains("class without images"))
    let perfect = try HeatMap(confusion: [[3]], classes: ["a"], title: "")
    #expect(Shades(perfect).scales.count == 1)
  }

  @Test(
    "Whatever the number of classes, texts are clear of each other", arguments: [1, 2, 3, 10, 20, 31, 60, 100, 150])
  func sizes(count: Int) throws {
    let map = try HeatMap(confusion: confusion(count), classes: names(count), title: "A title")
    let figure = try Figure(map.svg())
    #expect(try figure.misplacedTexts() == [])
    #expect(try Figure(map.svg(), isNarrow: true).misplacedTexts() == [])
    // All names up to 100 classes, some of them beyond.
    let shown = figure.texts.filter { $0.hasPrefix("class name") }.count
    #expect(count <= 100 ? shown == 2 * count : shown > 50)
  }

  @Test("Numbers are printed where they fit into their cells, and left out everywhere where one does not")
  func numbers() throws {
    let small = HeatMapLayout(try HeatMap(confusion: confusion(10), classes: names(10), title: ""))
    let numbers = try #require(small.numbers)
    #expect(numbers.texts.joined().allSatisfy { numbers.size.width(of: $0) <= small.cell - 4 + 1e-9 })
    #expect(numbers.size.size >= 8)
    let large = HeatMapLayout(try HeatMap(confusion: confusion(100), classes: names(100), title: ""))
    #expect(large.numbers == nil)
    var wide = confusion(10)
    wide[0][0] = 1_234_567
    #expect(HeatMapLayout(try HeatMap(confusion: wide, classes: names(10), title: "")).numbers == nil)
  }

  @Test("A hundred classes stay a small file, of which each cell is covered once")
  func cells() throws {
    let map = try HeatMap(confusion: confusion(100), classes: names(100), title: "")
    #expect(map.svg().utf8.count < 400_000)
    let layout = HeatMapLayout(map)
    let paths = try Figure(map.svg()).all("path").filter { $0.attributes["shape-rendering"] != nil }
    var area = 0.0
    for path in paths {
      for rectangle in (path.attributes["d"] ?? "").split(separator: "z") {
        let sides = rectangle.split { "hv".contains($0) }.compactMap { Double($0) }
        try #require(sides.count == 3)
        area += sides[0] * sides[1]
      }
    }
    let colored = map.values.joined().filter { $0 > 0 }.count
    #expect(area == Double(colored) * layout.cell * layout.cell)
  }

  @Test("On a logarithmic scale equal ratios are equally far apart, and what is not positive is grey")
  func logarithmic() throws {
    let map = try HeatMap(
      [[1e-4, 1e-2, 1], [0, -1, .nan]], rows: ["a", "b"], columns: ["1", "2", "3"], title: "Norms", valueTitle: "norm",
      valueScale: .logarithmic)
    let shades = Shades(map)
    #expect(shades.cells[0][0] == 2 && shades.cells[0][2] == 1 + ColorRamp.levels)
    #expect(abs(shades.cells[0][1] - 2 - ColorRamp.levels / 2) <= 1)
    #expect(shades.cells[1] == [Shades.missing, Shades.missing, Shades.missing])
    let figure = try Figure(map.svg())
    for text in ["not positive", "0.01"] { #expect(figure.texts.contains(text), "\(figure.texts)") }
    #expect(try figure.misplacedTexts() == [])
    let linear = try HeatMap([[1e-4, 1e-2, 1]], rows: ["a"], columns: ["1", "2", "3"], title: "")
    #expect(linear.valueScale == .linear && Shades(linear).cells[0][1] == 3)
  }

  @Test("A matrix of any numbers is darker where they are greater, and grey where they are not finite")
  func values() throws {
    let map = try HeatMap(
      [[0.5, -1, .nan], [2, .infinity, 0]], rows: ["first", "second"], columns: ["a", "b", "c"], title: "Norms",
      rowTitle: "layer", columnTitle: "epoch", valueTitle: "norm")
    let shades = Shades(map)
    #expect(shades.cells[1][0] == 2 + ColorRamp.levels - 1)
    #expect(shades.cells[0][1] == 2)
    #expect(shades.cells[0][2] == Shades.missing && shades.cells[1][1] == Shades.missing)
    #expect(shades.cells[0][0] > shades.cells[1][2])
    let figure = try Figure(map.svg())
    for text in ["norm", "layer", "epoch", "0.50", "\u{2212}1.00", "–", "not finite"] {
      #expect(figure.texts.contains(text), "\(text)")
    }
    #expect(try figure.misplacedTexts() == [])
  }

  @Test("Long names and names with marks of XML are shown shortened and kept whole")
  func longNames() throws {
    let name = String(repeating: "<very> & \"long\" ", count: 10)
    let map = try HeatMap(
      [[1, 2]], rows: [name], columns: [name + "1", name + "2"], title: name, subtitle: name, rowTitle: name,
      columnTitle: name, valueTitle: name)
    let figure = try Figure(map.svg())
    #expect(try figure.misplacedTexts() == [])
    #expect(figure.all("title").contains { $0.text == name + "2" })
  }

  @Test("A matrix of zeros or of one value is drawn", arguments: [0.0, 1, -3.5, 1e-300, .nan])
  func constant(value: Double) throws {
    let map = try HeatMap([[value, value]], rows: ["a"], columns: ["b", "c"], title: "")
    #expect(try Figure(map.svg()).misplacedTexts() == [])
  }

  @Test("A matrix that does not fit its names is refused with what is wrong")
  func refusals() {
    func message(_ make: () throws -> HeatMap) -> String? {
      do {
        _ = try make()
        return nil
      } catch {
        return (error as? ResNetError).map { "\($0.code): \($0)" }
      }
    }
    #expect(message { try HeatMap([], rows: [], columns: ["a"], title: "T") }?.contains("at least one row") == true)
    #expect(message { try HeatMap([[1]], rows: ["a"], columns: [], title: "T") }?.contains("at least one row") == true)
    #expect(
      message { try HeatMap([[1]], rows: ["a", "b"], columns: ["c"], title: "T") }
        == "usage: T: a matrix of 1 rows does not fit 2 names. Give one name to each row.")
    #expect(
      message { try HeatMap(confusion: [[1, 2], [3]], classes: ["a", "b"], title: "T") }
        == "usage: T: row 1 of 1 numbers does not fit 2 columns. Give each row one number for each column.")
    #expect(
      message { try HeatMap(confusion: [[1, 2], [3, -4]], classes: ["a", "b"], title: "T") }?
        .contains("row 1, column 1: -4 images") == true)
  }

  @Test("The same values give the same bytes")
  func determinism() throws {
    let map = try HeatMap(confusion: confusion(30), classes: names(30), title: "T")
    #expect(map.svg() == map.svg())
    #expect(map.svg() != (try HeatMap(confusion: confusion(30, seed: 2), classes: names(30), title: "T")).svg())
  }
}
