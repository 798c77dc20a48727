import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct FlameGraphTests {
  private typealias Sample = FlameGraph.Sample

  private func graph(_ samples: [FlameGraph.Sample], title: String = "Title") -> FlameGraph {
    FlameGraph(title: title, subtitle: "subtitle", whole: "resnet20", unit: "ms", samples: samples)
  }

  private var step: FlameGraph {
    graph([
      Sample(["layer1", "0", "conv1"], kind: "convolution", amount: 2),
      Sample(["layer1", "0", "bn1"], kind: "normalisation", amount: 1),
      Sample(["fc"], kind: "convolution", amount: 3),
      Sample(["layer1", "0", "conv1"], kind: "weight gradient", amount: 1),
      Sample(["layer1", "0", "conv1"], kind: "convolution", amount: 2),
      Sample([], kind: "update", amount: 1),
    ])
  }

  @Test("Boxes lie in each other by path, parts in the order of the samples, and equal ones add up")
  func nesting() throws {
    let figure = try Figure(step.svg())
    #expect(figure.texts.contains("Title") && figure.texts.contains("subtitle"))
    let hints = figure.all("title").dropFirst().map(\.text)
    #expect(
      hints == [
        "resnet20: 10.000 ms, 100.0 %", "resnet20 · layer1: 6.000 ms, 60.0 %",
        "resnet20 · layer1 · 0: 6.000 ms, 60.0 %",
        "resnet20 · layer1 · 0 · conv1: 5.000 ms, 50.0 %",
        "resnet20 · layer1 · 0 · conv1 · convolution: 4.000 ms, 40.0 %",
        "resnet20 · layer1 · 0 · conv1 · weight gradient: 1.000 ms, 10.0 %",
        "resnet20 · layer1 · 0 · bn1: 1.000 ms, 10.0 %",
        "resnet20 · layer1 · 0 · bn1 · normalisation: 1.000 ms, 10.0 %",
        "resnet20 · fc: 3.000 ms, 30.0 %", "resnet20 · fc · convolution: 3.000 ms, 30.0 %",
        "resnet20 · update: 1.000 ms, 10.0 %",
      ])
    #expect(try figure.misplacedTexts() == [])
    // The kinds, the largest first.
    for text in ["convolution 7.000 ms, 70.0 %", "update 1.000 ms, 10.0 %"] { #expect(figure.texts.contains(text)) }
    let description = try #require(figure.all("desc").first?.text)
    #expect(description.hasPrefix("Flame graph of resnet20: 10.000 ms, 100.0 %. Most of it: convolution 7.000 ms"))
  }

  @Test("A box is as wide as its share, within the box above it, and coloured by its kind")
  func widths() throws {
    let layout = FlameGraphLayout(step)
    let whole = try #require(layout.boxes.first)
    #expect(whole.left == FlameGraphLayout.margin && whole.width == FlameGraphLayout.width - 2 * whole.left)
    let convolution = try #require(layout.boxes.first { $0.hint.contains("conv1 · convolution") })
    #expect(abs(convolution.width - 0.4 * whole.width) < 1e-9)
    #expect(convolution.top == whole.top + 4 * FlameGraphLayout.rowHeight)
    #expect(layout.kinds.map(\.name) == ["convolution", "normalisation", "update", "weight gradient"])
    #expect(convolution.kind == 0 && whole.kind == nil)
    #expect(FlameGraphLayout.color(of: 0) == Palette.colors[0])
    #expect(FlameGraphLayout.color(of: 99) == .missing)
  }

  @Test("Trees of many kinds: texts clear of each other, every box inside the one above")
  func manyKinds() throws {
    for seed in 0..<100 {
      var numbers = randomNumbers(seed)
      let magnitude = pow(10, numbers.number(-12, 12))
      let samples = (0...numbers.integer(below: 300)).map { _ in
        Sample(
          (0..<numbers.integer(below: 6)).map { "part \($0) \(numbers.integer(below: 4))" },
          kind: "kind \(numbers.integer(below: 12))", amount: magnitude * numbers.number(-0.1, 1))
      }
      let graph = graph(samples)
      let figure = try Figure(graph.svg())
      #expect(try figure.misplacedTexts() == [], "seed \(seed)")
      let layout = FlameGraphLayout(graph)
      for box in layout.boxes where box.top > layout.boxes[0].top {
        let isInside = layout.boxes.contains {
          abs($0.top + FlameGraphLayout.rowHeight - box.top) < 1e-6 && $0.left <= box.left + 1e-6
            && $0.left + $0.width >= box.left + box.width - 1e-6
        }
        #expect(isInside, "seed \(seed)")
      }
    }
  }

  @Test("What is too narrow to be seen is left out, and a deep network stays a small file")
  func narrow() throws {
    let samples = (0..<5000).flatMap { number in
      ["convolution", "normalisation"].map { Sample(["stage\(number / 2500)", "\(number)"], kind: $0, amount: 1) }
    }
    let layout = FlameGraphLayout(graph(samples))
    #expect(layout.boxes.map(\.hint).filter { $0.contains("stage") }.count == 2)
    #expect(graph(samples).svg().utf8.count < 10_000)
  }

  @Test("Amounts that are no positive numbers take no room; without any there is a figure that says so")
  func nothingToShow() throws {
    let amounts: [Double] = [0, -1, .nan, .infinity, -.infinity, 1e-300, 1e300]
    let nothing = graph(amounts.map { Sample(["a"], kind: "b", amount: $0) })
    for graph in [nothing, graph([])] {
      let figure = try Figure(graph.svg())
      #expect(figure.texts == ["Title", "subtitle"])
      #expect(figure.all("desc").first?.text == "Flame graph without a positive amount.")
    }
    let one = graph(amounts.map { Sample(["a"], kind: "b", amount: $0) } + [Sample(["c"], kind: "d", amount: 1)])
    #expect(FlameGraphLayout(one).boxes.count == 3)
  }

  @Test("Names from outside cannot break the file")
  func hostileNames() throws {
    let name = "a\"b<c>&d\u{0}\n</svg>"
    let figure = try Figure(graph([Sample([name], kind: name, amount: 1)], title: name).svg())
    #expect(figure.all("title").first?.text.contains("</svg>") == true)
    #expect(figure.all("rect").count == 5)
  }

  @Test("The same values give the same bytes")
  func determinism() {
    #expect(step.svg() == step.svg())
    #expect(step.svg() == graph(step.samples).svg())
  }
}
