import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct ScatterPlotTests {
  private func plot(_ points: [ScatterPlot.Point], x: PlotAxis.Scale = .linear) -> ScatterPlot {
    ScatterPlot(
      title: "Cost & gain", subtitle: "s", x: PlotAxis("multiply-adds", unit: "M", scale: x),
      y: PlotAxis("error", unit: "%"), points: points)
  }

  @Test("Points stand in the order of their numbers, each with its name beside it")
  func points() throws {
    let points: [ScatterPlot.Point] = [
      .init("resnet20", x: 41, y: 8.5), .init("resnet56 <", x: 127, y: 6.9, colorSlot: 1),
      .init("plain20", x: 41, y: 9.1),
    ]
    let figure = try Figure(plot(points, x: .logarithmic).svg())
    let dots = figure.all("circle")
    #expect(dots.count == 3)
    let across = try dots.map { try #require($0.number("cx")) }
    let down = try dots.map { try #require($0.number("cy")) }
    #expect(across[0] < across[1] && across[0] == across[2])
    #expect(down[2] < down[0] && down[0] < down[1])
    for point in points { #expect(figure.texts.contains(point.name)) }
    #expect(try figure.misplacedTexts() == [])
    #expect(plot(points).svg() == plot(points).svg())
  }

  @Test("In a crowd names that would cover others stay with the pointer", arguments: 0..<5)
  func crowd(seed: Int) throws {
    var random = randomNumbers(seed)
    let points = (0..<60).map {
      ScatterPlot.Point("network number \($0)", x: random.number(0, 1), y: random.number(0, 1), colorSlot: $0)
    }
    let figure = try Figure(plot(points).svg())
    #expect(figure.all("circle").count == 60)
    #expect(figure.all("title").filter { $0.text.hasPrefix("network number") }.count >= 60)
    #expect(try figure.misplacedTexts() == [])
  }

  @Test("What has no place on an axis is left out, and without any the figure says so")
  func notFinite() throws {
    let points: [ScatterPlot.Point] = [
      .init("a", x: .nan, y: 1), .init("b", x: 0, y: 1), .init("c", x: 2, y: .infinity),
    ]
    let figure = try Figure(plot(points, x: .logarithmic).svg())
    #expect(figure.all("circle").isEmpty)
    #expect(figure.texts.contains("no finite values"))
    #expect(try Figure(plot([.init("b", x: 0, y: 0)]).svg()).texts.contains("b"))
  }
}
