import Foundation
import ResNetCore
import ResNetImages
import Testing

@testable import ResNetPlots

@Suite struct SVGFigureTests {
  private let title = "<script>alert(1)</script> & \"more\""

  /// One of each kind of figure.
  private func figures() throws -> [String] {
    let line = LinePlot(
      title: title, subtitle: title, x: PlotAxis("epoch"),
      panels: [
        LinePlot.Panel(
          y: PlotAxis("error"),
          series: (0..<3).map { slot in
            LinePlot.Series(
              "\(title) \(slot)", points: [(1, 2), (2, 3)], isDashed: slot == 1,
              band: [LinePlot.Extent(x: 1, low: 1, high: 3), LinePlot.Extent(x: 2, low: 1, high: 3)])
          })
      ])
    let grid = try ValueGrid(
      [[1, 2, 1], [3, 4, 3], [9, 1, .nan]], columns: [1, 2, 3], rows: [1, 2, 3], x: PlotAxis("x"), y: PlotAxis("y"),
      value: PlotAxis("v"))
    let image = try Image(size: ImageSize(side: 2), pixels: Array(repeating: 7, count: 12))
    return [
      line.svg(), try HeatMap(confusion: [[1, 2], [0, 4]], classes: [title, "b"], title: title).svg(),
      ContourPlot(title: title, grid: grid, marks: [.init(x: 2, y: 2, name: title)]).svg(),
      ReliefPlot(title: title, grid: grid).svg(),
      ScatterPlot(title: title, x: PlotAxis("x"), y: PlotAxis("y"), points: [.init(title, x: 1, y: 2)]).svg(),
      try ImageGrid(title: title, pictures: [.init(image, caption: title, note: "n")], columns: 2).svg(),
      FlameGraph(title: title, whole: title, unit: "s", samples: [.init(["a"], kind: title, amount: 2)]).svg(),
    ]
  }

  @Test("Every kind of figure can be taken into a page, with its title, without names and without its style sheet")
  func kinds() throws {
    for svg in try figures() {
      #expect(svg.contains(SVGFigure.style))
      let figure = try SVGFigure(svg, at: "figure")
      #expect(figure.title == title)
      for part in [figure.wide, figure.narrow].compactMap(\.self) {
        #expect(!part.contains("<style") && !part.contains(" id=") && !part.contains("<script"))
        #expect(part.hasPrefix("<svg ") && part.hasSuffix("</svg>"))
        #expect(!part.contains("display="))
        let read = try Figure(part, isNarrow: part.contains("class=\"narrow\""))
        #expect(read.all("title").first?.text == title && read.elements[0].attributes["role"] == "img")
      }
      #expect(figure.width == (try Figure(svg).elements[0].number("width")))
      #expect(svg.contains("class=\"narrow\"") == (figure.narrow != nil))
    }
    #expect(try figures().prefix(4).allSatisfy { try SVGFigure($0, at: "").narrow != nil })
  }

  @Test("Colours of the page have a class and a counterpart in the dark; those of pictures are the same everywhere")
  func dark() throws {
    for svg in try figures() {
      let figure = try Figure(svg)
      let classes = Set(
        figure.elements.flatMap { ($0.attributes["class"] ?? "").split(separator: " ").map(String.init) })
      #expect(classes.allSatisfy { SVGFigure.style.contains(".\($0){") }, "\(classes)")
      #expect(classes.contains("f-FFFFFF") && classes.contains("f-222222"))
    }
    let map = try Figure(figures()[1])
    let cells = map.all("path").filter { $0.attributes["shape-rendering"] != nil }
    #expect(!cells.isEmpty && cells.allSatisfy { $0.attributes["class"] == nil })
    #expect(SVGFigure.style.hasPrefix("@media screen and (prefers-color-scheme:dark){"))
  }

  @Test("A figure that was cut off anywhere is refused with its place")
  func cut() throws {
    let svg = try figures()[0]
    for share in 1...20 {
      let part = String(svg.prefix(svg.count * share / 21))
      let error = #expect(throws: ResNetError.self) { try SVGFigure(part, at: "runs/r/analysis/x.svg") }
      #expect(error?.code == .data && error?.place == "runs/r/analysis/x.svg")
    }
    #expect(throws: ResNetError.self) { try SVGFigure("", at: "") }
    #expect(throws: ResNetError.self) { try SVGFigure("<rect/>", at: "") }
  }

  @Test(
    "What no figure of ours holds is refused: scripts, addresses, names, styles elsewhere",
    arguments: [
      "<script>alert(1)</script>", "<rect onload=\"alert(1)\"/>", "<rect id=\"a\"/>", "<a href=\"x\"/>",
      "<rect fill=\"url(https://example.org/x)\"/>", "<rect stroke=\"URL(#a)\"/>", "<rect fill=\"u\\72l(x)\"/>",
      "<image href=\"https://example.org/x.png\"/>", "<image href=\"data:image/svg+xml;base64,AAAA\"/>",
      "<image href=\"data:image/png;base64,AA'A\"/>", "<rect style=\"fill:red\"/>",
      "<text><style>@import 'https://example.org'</style></text>", "<foreignObject/>", "<use href=\"#a\"/>",
      "<text>&nbsp;</text>", "<text>&#60;</text>", "<text>a > b</text>", "<text>\u{1}</text>", "<text>\u{FFFF}</text>",
      "<rect x=\"1\" x=\"2\"/>", "<rect x='1'/>", "<rect x=1/>", "<!-- note -->", "<![CDATA[x]]>", "<?xml?>",
      "<text><title><text><rect/></text></title></text>", "<text></rect>", "<text><svg/></text>",
    ])
  func foreign(piece: String) throws {
    let svg = try #require(try figures().first)
    let spoilt = svg.replacing("<desc>", with: piece + "<desc>", maxReplacements: 1)
    #expect(throws: ResNetError.self) { try SVGFigure(spoilt, at: "") }
    #expect(throws: ResNetError.self) { try SVGFigure(svg + piece, at: "") }
  }
}
