import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct LinePlotTests {
  /// A figure of one panel.
  private func plot(
    _ series: [LinePlot.Series], y: PlotAxis = PlotAxis("error", unit: "%"), height: Double = 280
  ) -> LinePlot {
    LinePlot(title: "Title", x: PlotAxis("epoch"), panels: [LinePlot.Panel(y: y, series: series, height: height)])
  }

  private func series(_ values: [Double], name: String = "test", isDashed: Bool = false) -> LinePlot.Series {
    LinePlot.Series(name, points: values.enumerated().map { (Double($0 + 1), $1) }, isDashed: isDashed)
  }

  private var curves: LinePlot {
    let test = (1...30).map { 8.5 + 50 * exp(-Double($0) / 5) }
    let training = (1...30).map { 1.5 + 60 * exp(-Double($0) / 5) }
    return LinePlot(
      title: "ResNet-20 on CIFAR-10", subtitle: "30 epochs", x: PlotAxis("epoch"),
      panels: [
        LinePlot.Panel(
          y: PlotAxis("error", unit: "%"),
          series: [series(training, name: "training", isDashed: true), series(test, name: "test")]),
        LinePlot.Panel(
          y: PlotAxis("gap", unit: "points"), series: [series(zip(test, training).map { $0 - $1 }, name: "gap")],
          height: 120),
      ])
  }

  @Test("The curves of a training run name axes, units, lines and last values, and can be heard")
  func training() throws {
    let figure = try Figure(curves.svg())
    for text in ["ResNet-20 on CIFAR-10", "30 epochs", "error (%)", "gap (points)", "epoch"] {
      #expect(figure.texts.contains(text))
    }
    for text in ["training 1.65", "test 8.62", "gap 6.98"] { #expect(figure.texts.contains(text)) }
    #expect(try figure.misplacedTexts() == [])
    #expect(figure.all("title").first?.text == "ResNet-20 on CIFAR-10")
    #expect(figure.all("desc").first?.text.contains("test 8.62") == true)
    #expect(figure.elements.first?.attributes["viewBox"]?.hasPrefix("0 0 760 ") == true)
  }

  @Test("The panels share the x axis, whichever of them has values there")
  func sharedAxis() {
    var plot = curves
    plot.panels[1].series = [series(Array(repeating: 1, count: 60))]
    let layout = LinePlotLayout(plot)
    #expect(layout.x.domain.upperBound == 60)
    #expect(layout.panels[0].lines[0].stretches[0].last?.x == layout.panels[1].lines[0].stretches[0][29].x)
    #expect(layout.panels[0].bottom < layout.panels[1].top)
  }

  @Test("Figures of many kinds: texts clear of each other, every finite point drawn, inside its field")
  func manyKinds() throws {
    for seed in 0..<200 {
      var numbers = randomNumbers(seed)
      let scale = numbers.integer(below: 3) == 0 ? PlotAxis.Scale.logarithmic : .linear
      let magnitude = pow(10, numbers.number(-8, 8))
      let shift = seed % 2 == 0 ? 0 : magnitude * pow(10, numbers.number(-3, 9))
      let count = 1 + numbers.integer(below: 60)
      let series = (0...numbers.integer(below: 10)).map { index in
        let base = numbers.number(-1, 2) * magnitude
        let spread = numbers.number(0, 1) * magnitude
        let points = (0..<count).map { place in
          let isGap = numbers.integer(below: 10) == 0
          return (
            Double(place) * magnitude + numbers.number(-1, 1) * shift,
            isGap ? Double.nan : base + spread * numbers.number(-1, 1)
          )
        }
        return LinePlot.Series(
          String(repeating: "name ", count: index + 1), points: points, emphasis: index % 2 == 0 ? .bold : .thin,
          isDashed: index % 3 == 0)
      }
      var plot = plot(series, y: PlotAxis("value", unit: "m", scale: scale), height: numbers.number(60, 300))
      plot.panels.append(LinePlot.Panel(y: PlotAxis("more"), series: Array(series.prefix(2)), height: 60))
      let figure = try Figure(plot.svg())
      let faults = try figure.misplacedTexts()
      #expect(faults == [], "seed \(seed)")
      let narrowFaults = try Figure(plot.svg(), isNarrow: true).misplacedTexts()
      #expect(narrowFaults == [], "seed \(seed)")

      let layout = LinePlotLayout(plot)
      for (panel, drawn) in zip(plot.panels, layout.panels) {
        for (series, line) in zip(panel.series, drawn.lines) {
          let places = line.stretches.flatMap { $0 }
          let shown = series.points.filter { AxisScale.shows($0.y, on: panel.y.scale) }
          #expect(places.count == shown.count, "seed \(seed)")
          #expect(
            places.allSatisfy {
              $0.x >= layout.left - 1e-6 && $0.x <= layout.right + 1e-6 && $0.y >= drawn.top - 1e-6
                && $0.y <= drawn.bottom + 1e-6
            }, "seed \(seed)")
        }
      }
    }
  }

  @Test("A value that is not finite leaves a gap; a point between gaps is a dot, of a dashed line too")
  func gaps() throws {
    let values: [Double] = [5, 4, .nan, 3, .infinity, 2, 1.5, -.infinity]
    let plot = plot([series(values, isDashed: true)])
    #expect(LinePlotLayout(plot).panels[0].lines[0].stretches.map(\.count) == [2, 1, 2])
    let figure = try Figure(plot.svg())
    let lines = figure.all("path").filter { $0.attributes["stroke"] == Palette.colors[0].hex }
    let line = try #require(lines.first { $0.attributes["stroke-width"] == "2.25" }?.attributes["d"])
    #expect(line.filter { $0 == "M" }.count == 2)
    #expect(line.filter { $0 == "L" }.count == 2)
    let dot = try #require(lines.first { $0.attributes["d"]?.hasSuffix("h0") == true })
    #expect(dot.attributes["stroke-linecap"] == "round" && dot.attributes["stroke-dasharray"] == nil)
    #expect(figure.texts.contains("test 1.50, then not finite"))
    #expect(!plot.svg().lowercased().contains("nan"))
  }

  @Test("On a logarithmic axis, what is not positive leaves a gap")
  func logarithmicGaps() {
    let plot = plot([series([1, 0.1, 0, -1, 0.01])], y: PlotAxis("loss", scale: .logarithmic))
    #expect(LinePlotLayout(plot).panels[0].lines[0].stretches.map(\.count) == [2, 1])
  }

  @Test("A line without a value is named as such; a panel without any says so")
  func nothingToShow() throws {
    let figure = try Figure(plot([series([.nan], name: "a"), series([], name: "b")]).svg())
    for text in ["a: no finite value", "b: no values", "no finite values"] { #expect(figure.texts.contains(text)) }
    #expect(try figure.misplacedTexts() == [])
    let empty = try Figure(LinePlot(title: "", x: PlotAxis(""), panels: []).svg())
    #expect(empty.texts.contains("no finite values"))
    #expect(try empty.misplacedTexts() == [])
  }

  @Test("One point is shown, and its value read", arguments: [1e-30, 0.5, 54.2, 3e9, 0, -7])
  func onePoint(value: Double) throws {
    let layout = LinePlotLayout(plot([series([value])]))
    let panel = layout.panels[0]
    let place = try #require(panel.lines[0].stretches.first?.first)
    #expect(place.x > layout.left && place.x < layout.right)
    #expect(place.y > panel.top && place.y <= panel.bottom)
    #expect(try Figure(plot([series([value])]).svg()).misplacedTexts() == [])
  }

  @Test("A constant line lies within its field, level")
  func constant() {
    let line = LinePlotLayout(plot([series(Array(repeating: 10, count: 20))])).panels[0].lines[0]
    #expect(Set(line.stretches[0].map(\.y)).count == 1)
    #expect(line.stretches[0].count == 20)
  }

  @Test("Eight lines of a thousand epochs keep every point, in a file below 300 kB with the figure for narrow pages")
  func thousandEpochs() throws {
    var numbers = randomNumbers(1)
    let lines = (0..<8).map { index in
      series((0..<1000).map { _ in numbers.number(0, 60) }, name: "seed \(index)")
    }
    let svg = plot(lines).svg()
    #expect(svg.utf8.count < 300_000)
    let paths = try Figure(svg).all("path").filter { $0.attributes["stroke-width"] == "2.25" }
    #expect(paths.count == 8)
    #expect(paths.allSatisfy { $0.attributes["d"]?.split(whereSeparator: { "ML".contains($0) }).count == 1000 })
  }

  @Test("A long name is shortened in view and whole for who points at it; a field grows for many names")
  func longAndManyNames() throws {
    let name = String(repeating: "runs/long/", count: 20) + "<seed> & \"7\""
    let lines = (0..<30).map { series([Double($0)], name: "\(name) \($0)") }
    let figure = try Figure(plot(lines, height: 60).svg())
    #expect(try figure.misplacedTexts() == [])
    #expect(figure.texts.filter { $0.contains("…") }.count == 30)
    #expect(figure.all("title").contains { $0.text == "\(name) 29 29" })
  }

  @Test("A height that is no height is mended", arguments: [.nan, .infinity, -5, 0, 1e300])
  func heights(height: Double) throws {
    let figure = try Figure(plot([series([1, 2])], height: height).svg())
    let page = try #require(figure.elements.first?.number("height"))
    #expect(page > 100 && page < 2200)
  }

  @Test("Lines that share a colour have different marks, and lines of many colours have marks along them")
  func marks() throws {
    let values = (1...100).map { 1 / Double($0) }
    let few = try Figure(plot([series(values), series(values)]).svg())
    let many = try Figure(plot((0..<8).map { _ in series(values) }).svg())
    func marks(_ figure: Figure) -> [String] {
      figure.all("path").filter { $0.attributes["fill"] != "none" }.map { $0.attributes["d"] ?? "" }
    }
    #expect(marks(few).map { $0.filter { $0 == "M" }.count } == [1, 1])
    #expect(marks(many).allSatisfy { $0.filter { $0 == "M" }.count >= 5 })
    func corners(_ path: String) -> Int { path.split(separator: "Z").first?.filter { $0 == "L" }.count ?? 0 }
    #expect(corners(marks(many)[0]) != corners(marks(many)[7]))
  }

  @Test("For narrow pages lines are named below their fields, each behind a piece of its line, and nothing is wider")
  func narrow() throws {
    var plot = curves
    plot.title = "A title that is far too long for one line of a telephone, and goes on and on"
    plot.panels[0].y = PlotAxis("the error of a classification by the greatest of all logits", unit: "%")
    let figure = try Figure(plot.svg(), isNarrow: true)
    #expect(figure.elements[0].attributes["viewBox"]?.hasPrefix("0 0 360 ") == true)
    #expect(figure.elements[0].attributes["display"] == "none")
    #expect(try figure.misplacedTexts() == [])
    // Words are broken into lines, not cut.
    let words = figure.texts.joined(separator: " ")
    #expect(words.contains("of a telephone, and goes on and on"))
    #expect(figure.texts.allSatisfy { !$0.contains("…") })
    for text in ["training 1.65", "test 8.62", "gap 6.98"] { #expect(figure.texts.contains(text)) }
    // Each field has the numbers of the epochs below it.
    #expect(figure.texts.filter { $0 == "10" }.count >= 2)
    let layout = LinePlotLayout(plot, isNarrow: true)
    #expect(layout.panels[0].lines.allSatisfy { $0.label.middle > layout.panels[0].bottom + 18 })
    #expect(layout.panels[1].top > layout.panels[0].lines[1].label.middle)
    #expect(layout.panels.allSatisfy { $0.bottom - $0.top <= 240 })
  }

  @Test("The same values give the same bytes, and a line's colour can be given")
  func determinism() throws {
    #expect(curves.svg() == curves.svg())
    var other = curves
    other.panels[0].series[0].colorSlot = 5
    #expect(other.svg() != curves.svg())
    func uses(_ plot: LinePlot) throws -> Bool {
      try Figure(plot.svg()).elements.contains { $0.attributes["stroke"] == Palette.colors[5].hex }
    }
    #expect(try uses(other))
    #expect(try !uses(curves))
  }

  @Test("A band is shaded behind its line, inside the field, with a gap where it is not finite")
  func band() throws {
    var line = series([10, 20, 30, 40, 50])
    line.band = [(1, 5, 15), (2, 10, 90), (3, .nan, 35), (4, 38, .infinity), (5, 45, 60)]
      .map { LinePlot.Extent(x: $0.0, low: $0.1, high: $0.2) }
    let layout = LinePlotLayout(plot([line, series([1, 2])]))
    let (panel, bands) = (layout.panels[0], layout.panels[0].lines[0].bands)
    #expect(bands.map(\.count) == [4, 2])
    #expect(panel.axis.domain.upperBound >= 90)
    #expect(bands.joined().allSatisfy { (panel.top...panel.bottom).contains($0.y) })
    // Along the upper edge, and back along the lower one.
    #expect(bands[0][1].y < bands[0][2].y && bands[0][1].x == bands[0][2].x && bands[0][0].x == bands[0][3].x)
    #expect(bands[0][0].x == panel.lines[0].stretches[0][0].x)
    let paths = try Figure(layout.svg()).all("path")
    let shaded = try #require(paths.firstIndex { $0.attributes["fill-opacity"] != nil })
    #expect(paths.count { $0.attributes["fill-opacity"] != nil } == 1)
    #expect(paths[shaded].attributes["fill"] == Palette.colors[0].hex)
    #expect(shaded < (try #require(paths.firstIndex { $0.attributes["stroke-width"] == "2.25" })))
  }

  @Test("A band alone has a place on both axes, and a field with one is not empty")
  func bandAlone() throws {
    let line = LinePlot.Series(
      "spread", points: [], band: [.init(x: 4, low: 5, high: 6), .init(x: 9, low: 5, high: 8)])
    let layout = LinePlotLayout(plot([line]))
    #expect(layout.x.domain == 4...9 && !layout.panels[0].isEmpty)
    #expect(try Figure(layout.svg()).misplacedTexts() == [])
    let logarithmic = LinePlotLayout(
      plot(
        [LinePlot.Series("s", points: [(1, 1)], band: [.init(x: 1, low: 0, high: 8)])],
        y: PlotAxis("y", scale: .logarithmic)))
    #expect(logarithmic.panels[0].lines[0].bands.isEmpty)
  }
}
