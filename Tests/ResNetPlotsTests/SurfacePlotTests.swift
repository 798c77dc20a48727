import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct SurfacePlotTests {
  private let coordinates = (0..<15).map { Double($0) / 7 - 1 }

  private func grid(
    on scale: PlotAxis.Scale = .logarithmic, _ value: (Double, Double) -> Double
  ) throws -> ValueGrid {
    try ValueGrid(
      coordinates.map { y in coordinates.map { value($0, y) } }, columns: coordinates, rows: coordinates,
      x: PlotAxis("α & so on"), y: PlotAxis("β <"), value: PlotAxis("loss", unit: "nats", scale: scale))
  }

  private func bowl(_ x: Double, _ y: Double) -> Double { 0.01 + 30 * (x * x + 2 * y * y) }

  @Test("Contours have numbers that are clear of each other, a legend of the same levels, and marks")
  func contours() throws {
    let plot = ContourPlot(
      title: "Loss surface", subtitle: "15×15 points", grid: try grid(bowl),
      marks: [.init(x: 0, y: 0, name: "as trained: 0.01"), .init(x: 9, y: 0, name: "outside")])
    let text = plot.svg()
    let figure = try Figure(text)
    #expect(try figure.misplacedTexts() == [])
    #expect(figure.texts.contains("as trained: 0.01"))
    #expect(!figure.texts.contains("outside"))
    #expect(figure.texts.contains("loss (nats)"))
    let layout = ContourPlotLayout(plot)
    #expect(layout.levels.count >= 3)
    #expect(layout.levels.allSatisfy { level in figure.texts.contains(level.text) })
    #expect(layout.levels.filter { $0.label != nil }.count >= layout.levels.count / 3)
    #expect(plot.svg() == text)
    let narrow = try Figure(text, isNarrow: true)
    #expect(try narrow.misplacedTexts() == [])
    #expect(narrow.texts.contains("as trained: 0.01") && narrow.texts.contains("loss (nats)"))
  }

  @Test("The mark at the left and the right side keeps its name on the page")
  func marks() throws {
    let marks = [-1.0, 1].map { ContourPlot.Mark(x: $0, y: 0, name: "a name of some length \($0)") }
    let figure = try Figure(ContourPlot(title: "", grid: try grid(bowl), marks: marks).svg())
    #expect(try figure.misplacedTexts() == [])
  }

  @Test("Higher bands are darker, and the lowest lies behind all others")
  func bands() throws {
    let layout = ContourPlotLayout(ContourPlot(title: "", grid: try grid(bowl)))
    #expect(layout.colors.count == layout.levels.count + 1)
    let light = layout.colors.map(\.luminance)
    #expect(zip(light, light.dropFirst()).allSatisfy { $0 > $1 })
    #expect(zip(layout.levels, layout.levels.dropFirst()).allSatisfy { $0.value < $1.value })
  }

  @Test("Holes are grey and explained, in relief they are left out", arguments: [Double.nan, .infinity, -1])
  func holes(hole: Double) throws {
    let grid = try grid { x, y in x > 0.5 && y > 0.5 ? hole : bowl(x, y) }
    let figure = try Figure(ContourPlot(title: "", grid: grid).svg())
    #expect(figure.texts.contains("not finite"))
    let narrow = try Figure(ContourPlot(title: "", grid: grid).svg(), isNarrow: true)
    #expect(try narrow.texts.contains("not finite") && narrow.misplacedTexts() == [])
    #expect(figure.all("path").contains { $0.attributes["fill"] == Color.missing.hex })
    #expect(ReliefPlotLayout(ReliefPlot(title: "", grid: grid)).cells.count < 14 * 14)
    #expect(try Figure(ReliefPlot(title: "", grid: grid).svg()).misplacedTexts() == [])
  }

  @Test("A surface that is flat, or nowhere finite, still is a figure", arguments: [1.0, 0, .nan])
  func flat(value: Double) throws {
    let grid = try grid(on: .linear) { _, _ in value }
    #expect(try Figure(ContourPlot(title: "t", grid: grid).svg()).misplacedTexts() == [])
    let relief = try Figure(ReliefPlot(title: "t", grid: grid).svg())
    #expect(relief.texts.contains("no finite values") == value.isNaN)
  }

  @Test("A relief draws every cell, the farthest first, with texts clear of each other, in the same bytes each time")
  func relief() throws {
    let plot = ReliefPlot(title: "Loss surface", subtitle: "15×15 points", grid: try grid(bowl))
    let layout = ReliefPlotLayout(plot)
    #expect(layout.cells.count == 14 * 14)
    #expect(zip(layout.cells, layout.cells.dropFirst()).allSatisfy { $0.nearness <= $1.nearness })
    let corners = layout.cells.flatMap(\.corners)
    #expect(corners.allSatisfy { (0...layout.width).contains($0.x) && (0...layout.height).contains($0.y) })
    #expect(try Figure(plot.svg()).misplacedTexts() == [])
    let faults = try Figure(plot.svg(), isNarrow: true).misplacedTexts()
    #expect(faults == [])
    #expect(plot.svg() == plot.svg())
  }

  @Test("Slopes towards the light are brighter than those away from it")
  func light() throws {
    func shade(_ slope: Double) throws -> Double {
      let cells = ReliefPlotLayout(ReliefPlot(title: "", grid: try grid(on: .linear) { x, _ in slope * x })).cells
      return cells.reduce(0) { $0 + $1.color.luminance } / Double(cells.count)
    }
    // The light comes from the left, and what rises to the right looks to the left.
    let (towards, away) = (try shade(1), try shade(-1))
    #expect(towards > away + 0.1)
  }

  @Test("A grid whose coordinates do not rise, or whose numbers do not fill it, is refused")
  func refusals() {
    let axis = PlotAxis("x")
    func make(_ values: [[Double]], _ columns: [Double], _ rows: [Double], _ x: PlotAxis? = nil) throws {
      _ = try ValueGrid(values, columns: columns, rows: rows, x: x ?? axis, y: axis, value: axis)
    }
    #expect(throws: ResNetError.self) { try make([[1, 2], [3, 4]], [1, 0], [0, 1]) }
    #expect(throws: ResNetError.self) { try make([[1], [3]], [1], [0, 1]) }
    #expect(throws: ResNetError.self) { try make([[1, 2]], [0, 1], [0, 1]) }
    #expect(throws: ResNetError.self) { try make([[1, 2], [3]], [0, 1], [0, 1]) }
    #expect(throws: ResNetError.self) { try make([[1, 2], [3, 4]], [0, .nan], [0, 1]) }
    #expect(throws: ResNetError.self) {
      try make([[1, 2], [3, 4]], [0, 1], [0, 1], PlotAxis("x", scale: .logarithmic))
    }
  }
}
