import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct TextTests {
  @Test(
    "Lengths on the page have one decimal place at most",
    arguments: [
      (0, "0"), (-0.04, "0"), (12, "12"), (12.04, "12"), (12.06, "12.1"), (-3.14, "-3.1"), (-0.06, "-0.1"),
      (99.97, "100"),
    ] as [(Double, String)])
  func lengths(length: Double, text: String) {
    #expect(pixels(length) == text)
  }

  @Test(
    "Numbers show the differences that matter and no more",
    arguments: [
      (1, 60, 40, "40"), (0.1, 60, 8.46, "8.5"), (0.01, 9, -0.001, "0.00"), (0.5, 1, -0.5, "\u{2212}0.5"),
      (2e-5, 8e-5, 4e-5, "4×10⁻⁵"), (5e6, 2e7, 1.5e7, "1.5×10⁷"), (1, 1000, 1000, "1000"), (1, 0, 0, "0"),
    ] as [(Double, Double, Double, String)])
  func numbers(resolution: Double, greatest: Double, value: Double, text: String) {
    #expect(NumberFormat(resolution: resolution, greatest: greatest).text(value) == text)
  }

  @Test(
    "A number by itself has three digits, or all that stand before the point",
    arguments: [
      (1.0 / 3, "0.333"), (0.031234, "0.0312"), (1, "1.00"), (9.996, "10.0"), (2317.4, "2317"), (0, "0"),
      (-0.5, "\u{2212}0.500"), (1.2e-7, "1.20×10⁻⁷"), (0.0009996, "0.00100"), (1e300, "1.00×10³⁰⁰"),
      (.infinity, "infinite"), (-.infinity, "minus infinite"), (.nan, "not a number"),
    ] as [(Double, String)])
  func threeDigits(value: Double, text: String) {
    #expect(inThreeDigits(value) == text)
  }

  @Test("The decade of a power of ten is its exponent")
  func decades() {
    for exponent in -300...300 {
      #expect(decade(of: powerOfTen(exponent)) == exponent)
      #expect(decade(of: powerOfTen(exponent) * 9.99) == exponent)
    }
  }

  @Test("A text that is too wide loses its middle, keeps its end, and then fits")
  func shortening() {
    let size = TextSize(size: 12)
    let first = size.shortened("runs/2024-05-01/resnet20-he2015-seed1", to: 120)
    let second = size.shortened("runs/2024-05-01/resnet20-he2015-seed2", to: 120)
    #expect(first != second)
    #expect(first.contains("…") && first.hasPrefix("runs/") && first.hasSuffix("seed1"))
    #expect(size.width(of: first) <= 120)
    #expect(size.shortened("short", to: 120) == "short")
    #expect(size.shortened("猫と犬と船と車と鳥と馬と鹿と蛙", to: 60).count < 10)
    #expect(size.shortened("anything", to: 0) == "…")
  }

  @Test("A text is broken between words, and what is too wide or too much is shortened")
  func lines() {
    let size = TextSize(size: 12)
    let text = "Gradients by layer: plain56 and resnet56"
    let lines = size.lines(of: text, to: 150, most: 4)
    #expect(lines.count > 1 && lines.joined(separator: " ") == text)
    #expect(lines.allSatisfy { size.width(of: $0) <= 150 })
    let few = size.lines(of: text + " and many more of them", to: 150, most: 2)
    #expect(few.count == 2 && few[1].contains("…") && size.width(of: few[1]) <= 150)
    #expect(size.lines(of: "", to: 150, most: 2) == [])
    #expect(size.lines(of: String(repeating: "x", count: 90), to: 150, most: 2).map { $0.contains("…") } == [true])
  }

  @Test("What XML gives a meaning or forbids is written so that it can be read")
  func escaping() throws {
    #expect(escapedMarkup("a<b>&\"c\"") == "a&lt;b&gt;&amp;&quot;c&quot;")
    #expect(escapedMarkup("a\nb\u{0}\u{1B}[31m\u{FFFE}") == "a b\u{FFFD}\u{FFFD}[31m\u{FFFD}")
    #expect(escapedMarkup("猫 🐈") == "猫 🐈")
  }

  @Test("Labels that fit stay where they are; others move apart as little as they can, within the field")
  func placement() {
    #expect(spreadLabels([10, 50, 90], height: 15, in: 0...100) == [10, 50, 90])
    #expect(spreadLabels([50, 50], height: 15, in: 0...100) == [42.5, 57.5])
    #expect(spreadLabels([100, 0], height: 15, in: 0...100) == [92.5, 7.5])
    #expect(spreadLabels([], height: 15, in: 0...100) == [])
    for seed in 0..<300 {
      var numbers = randomNumbers(seed)
      let count = 1 + numbers.integer(below: 10)
      let wanted = (0..<count).map { _ in numbers.number(0, 150) }
      let places = spreadLabels(wanted, height: 15, in: 0...150)
      let sorted = places.sorted()
      #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 15 - 1e-9 }, "seed \(seed)")
      #expect(places.allSatisfy { $0 >= 7.5 - 1e-9 && $0 <= 142.5 + 1e-9 }, "seed \(seed)")
      // The order from top to bottom is the lines' own, so that nothing that leads to them crosses.
      let byWanted = wanted.indices.sorted { wanted[$0] < wanted[$1] }
      #expect(byWanted.map { places[$0] } == sorted, "seed \(seed)")
    }
  }

  @Test("Text on every colour of the scales, and in every colour of the palette, is easily read")
  func contrast() {
    for ramp in [ColorRamp.blue, .vermilion] {
      let colors = (0..<ColorRamp.levels).map(ramp.color(level:))
      #expect(colors.allSatisfy { $0.contrast(with: $0.textColor) >= 4.5 })
      #expect(zip(colors, colors.dropFirst()).allSatisfy { $0.luminance > $1.luminance })
      // What is there at all is told from what is not.
      #expect(colors[0].contrast(with: .white) > 1.15)
    }
    #expect(Palette.colors.allSatisfy { $0.readable.contrast(with: .white) >= 4.5 })
    // On a dark page text in any of them is read as easily, and none becomes another's.
    let ground = Color(Color.ground.dark ?? 0)
    let counterparts = (Palette.colors + [.ink, .softInk]).map { Color($0.dark ?? 0) }
    #expect(counterparts.allSatisfy { $0.contrast(with: ground) >= 4.5 })
    #expect(Set(counterparts).count == counterparts.count)
    #expect(Palette.colors.allSatisfy { $0.readable.dark == $0.dark })
    #expect(Color.grid.contrast(with: .white) < 1.4 && Color(Color.grid.dark ?? 0).contrast(with: ground) < 1.8)
    #expect(Palette.index(of: -1) == Palette.colors.count - 1)
    #expect(Palette.index(of: .min) < Palette.colors.count)
    #expect(abs(Color(0x777777).contrast(with: .white) - 4.48) < 0.01)
  }
}
