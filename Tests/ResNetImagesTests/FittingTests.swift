import ResNetCore
import ResNetImages
import Testing

@Suite struct FittingTests {
  private let plain: Preprocessing

  init() throws { plain = try Preprocessing(mean: [0.5, 0.25, 0], deviation: [1, 0.5, 2]) }

  @Test("What has the input's size stays as it is; all else is resized by its shorter side and cut in the middle")
  func fitted() throws {
    #expect(plain.fitted(to: [3, 32, 32], for: ImageSize(side: 32)) == plain)
    #expect(plain.fitted(to: [3, 24, 32], for: ImageSize(width: 32, height: 24)) == plain)
    let resizing = plain.fitted(to: [3, 24, 32], for: ImageSize(width: 24, height: 32))
    #expect(
      resizing.geometry == .centerCrop(resize: 32, crop: ImageSize(width: 32, height: 24), .bilinear))
    let image = try Image.madeUp(ImageSize(width: 50, height: 40))
    let small = try image.resized(to: ImageSize(width: 40, height: 32), .bilinear)
      .cropped(to: ImageRegion(x: 4, y: 0, size: ImageSize(side: 32)))
    #expect(try plain.resizing(to: [3, 32, 32])(image) == plain(small))
  }

  @Test("Preprocessing that resizes by itself is left alone, and so is that of vectors")
  func others() throws {
    #expect(Preprocessing.torchvisionV1.resizing(to: [3, 224, 224]) == .torchvisionV1)
    #expect(plain.resizing(to: [3072]) == plain)
    #expect(plain.fitted(to: [3072], for: ImageSize(side: 32)) == plain)
  }

  @Test("A mean image is subtracted from what was resized, and rules stay")
  func meanImage() throws {
    let mean = Tensor(shape: [3, 2, 2], scalars: (0..<12).map { Float($0) / 255 })
    let preprocessing = try Preprocessing(meanImage: mean, deviation: Array(repeating: 1 / 255.0, count: 3))
      .with(ImageRules(exif: .apply))
    let image = try Image(size: ImageSize(width: 4, height: 2), pixels: Array(repeating: 20, count: 24))
    let resizing = preprocessing.resizing(to: [3, 2, 2])
    #expect(resizing.rules.exif == .apply)
    #expect(try resizing(image).scalars.map { $0.rounded() } == (0..<12).map { Float(20 - $0) })
  }

  @Test("A picture from bytes is the one from its file, and is explained with what it takes to fit")
  func bytes() throws {
    let path = PillowFixture.folder + "/orientation-6.jpg"
    let source = ImageSource.bytes(Array(try PillowFixture.bytes("orientation-6.jpg")), named: "a pipe")
    #expect(try Image(source) == Image(contentsOf: path))
    #expect(try Image(.file(path)) == Image(contentsOf: path))
    #expect(source.name == "a pipe" && ImageSource.file(path).name == path)
    let explanation = try plain.explain(source, input: [3, 8, 8])
    #expect(explanation == (try plain.explain(.file(path), input: [3, 8, 8])))
    #expect(explanation.shape == [3, 8, 8])
    #expect(
      explanation.steps.map(\.what).contains("resize the shorter side to 8, bilinear with antialias"))
    #expect(explanation.steps.map(\.size).contains("12×8"))
    let error = #expect(throws: ResNetError.self) { try Image(.bytes([1, 2, 3], named: "a pipe")) }
    #expect(error?.code == .data && error?.place == "a pipe")
  }
}
