import Foundation
import ResNetCore
import ResNetImages
import Testing

@testable import ResNetPlots

@Suite struct ImageGridTests {
  private func image(_ seed: Int, width: Int = 5, height: Int = 4) throws -> Image {
    var random = randomNumbers(seed)
    return try Image(
      size: ImageSize(width: width, height: height),
      pixels: (0..<width * height * 3).map { _ in UInt8(random.integer(below: 256)) })
  }

  @Test("Every picture is in the file, as it is, with its words below it")
  func pictures() throws {
    let images = try (0..<5).map { try image($0) }
    let grid = ImageGrid(
      title: "Pictures", subtitle: "five of them",
      pictures: images.enumerated().map {
        .init($1, caption: "<\($0)> & a long name that does not fit", note: "n\($0)")
      },
      columns: 3)
    let text = try grid.svg()
    let figure = try Figure(text)
    let found = figure.all("image")
    #expect(found.count == 5)
    for (element, image) in zip(found, images) {
      let address = try #require(element.attributes["href"])
      let prefix = "data:image/png;base64,"
      #expect(address.hasPrefix(prefix))
      let bytes = try #require(Data(base64Encoded: String(address.dropFirst(prefix.count))))
      #expect(try Image(bytes: [UInt8](bytes), named: "picture") == image)
      #expect(element.attributes["image-rendering"] == "pixelated")
    }
    #expect(try figure.misplacedTexts() == [])
    #expect(figure.texts.contains("n4"))
    #expect(figure.all("title").contains { $0.text.contains("<2> & a long name that does not fit, n2") })
    #expect(try grid.svg() == text)
    let (first, fourth) = (found[0], found[3])
    #expect(first.number("x") == fourth.number("x"))
    let (upper, lower) = (try #require(first.number("y")), try #require(fourth.number("y")))
    #expect(upper < lower)
  }

  @Test("Rows have names before them, pictures that are larger than their place are made smaller smoothly")
  func rows() throws {
    let rows = try ["channel 0", "a name that is so long that nobody would want to read it to its very end"].map {
      ImageGrid.Row($0, pictures: [.init(try image(1)), .init(try image(2, width: 300, height: 20))])
    }
    let figure = try Figure(try ImageGrid(title: "t", rows: rows, side: 40).svg())
    #expect(try figure.misplacedTexts() == [])
    #expect(figure.texts.contains("channel 0"))
    #expect(figure.all("image").map { $0.attributes["image-rendering"] } == ["pixelated", "auto", "pixelated", "auto"])
  }

  @Test("A grid without pictures says so", arguments: [[], [ImageGrid.Row("empty", pictures: [])]])
  func empty(rows: [ImageGrid.Row]) throws {
    let figure = try Figure(try ImageGrid(title: "t", rows: rows, side: .nan).svg())
    #expect(figure.texts.contains("no pictures"))
    #expect(try figure.misplacedTexts() == [])
  }
}
