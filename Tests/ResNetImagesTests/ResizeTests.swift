import ResNetCore
import ResNetImages
import Testing

private struct ResizeFixtures: Decodable {
  struct Case: Decodable, CustomStringConvertible {
    let from: PillowFixture.Size
    let to: PillowFixture.Size
    let filter: Interpolation
    let hash: String

    var description: String { "\(from) → \(to), \(filter)" }
  }
  let cases: [Case]
}

@Suite struct ResizeTests {
  @Test("Resizing equals Pillow's to the byte: up, down, odd proportions, single pixels")
  func equalsPillow() throws {
    let cases = try PillowFixture.read("resize.json", as: ResizeFixtures.self).cases
    #expect(cases.count > 90)
    for fixture in cases {
      let image = try Image.madeUp(fixture.from.size)
      let resized = try image.resized(to: fixture.to.size, fixture.filter)
      #expect(resized.size == fixture.to.size)
      #expect(resized.hash == fixture.hash, "\(fixture)")
    }
  }

  @Test(
    "A window of the result, and a region of the source, equal cutting it out of the whole",
    arguments: Interpolation.allCases)
  func windows(interpolation: Interpolation) throws {
    let image = try Image.madeUp(ImageSize(width: 61, height: 47))
    let region = ImageRegion(x: 5, y: 3, size: ImageSize(width: 40, height: 41))
    for result in [(17, 23), (40, 30), (29, 41), (40, 41), (90, 70)].map({ ImageSize(width: $0, height: $1) }) {
      let whole = try image.cropped(to: region).resized(to: result, interpolation)
      #expect(try image.resized(to: result, interpolation, from: region) == whole)
      for (x, y, width, height) in [(0, 0, 17, 23), (3, 7, 11, 9), (16, 22, 1, 1)] {
        let window = ImageRegion(x: x, y: y, size: ImageSize(width: width, height: height))
        #expect(
          try image.resized(to: result, interpolation, from: region, window: window) == whole.cropped(to: window))
      }
    }
  }

  @Test("The bytes behind a picture are never part of it, down to its last pixel")
  func lastPixels() throws {
    // The last pixels of the last rows are computed apart, as four bytes cannot be read there.
    for height in 1...9 {
      let image = try Image(
        size: ImageSize(width: 3, height: height), pixels: Array(repeating: 77, count: 9 * height))
      for width in [1, 2, 4, 7] {
        let resized = try image.resized(to: ImageSize(width: width, height: height), .bilinear)
        #expect(resized.pixels.allSatisfy { $0 == 77 })
      }
    }
  }

  @Test("A middle that is not whole begins at the even column, as in torchvision")
  func centers() {
    func start(_ whole: Int, _ crop: Int) -> Int {
      ImageRegion(center: ImageSize(side: crop), of: ImageSize(width: whole, height: whole)).x
    }
    #expect([256, 341, 257, 259, 227, 229].map { start($0, 224) } == [16, 58, 16, 18, 2, 2])
  }

  @Test("Regions outside of a picture and sizes of nothing are refused")
  func refusals() throws {
    let image = try Image.madeUp(ImageSize(width: 6, height: 4))
    for (x, y, width, height) in [(0, 0, 7, 4), (0, 1, 6, 4), (-1, 0, 2, 2), (0, 0, 0, 1), (Int.max, 0, 1, 1)] {
      let region = ImageRegion(x: x, y: y, size: ImageSize(width: width, height: height))
      #expect { try image.cropped(to: region) } throws: { ($0 as? ResNetError)?.code == .usage }
      #expect(throws: ResNetError.self) { try image.resized(to: ImageSize(side: 4), .bilinear, from: region) }
      #expect(throws: ResNetError.self) { try image.resized(to: image.size, .bicubic, window: region) }
    }
    for size in [ImageSize(side: 0), ImageSize(width: -1, height: 2), ImageSize(side: 1 << 30), ImageSize(side: .max)] {
      #expect(throws: ResNetError.self) { try image.resized(to: size, .bilinear) }
    }
  }
}
