import ResNetCore
import ResNetImages
import Testing

@Suite struct PNGWritingTests {
  @Test("A picture that is written as PNG and read again is the same", arguments: [(1, 1), (3, 7), (64, 48), (301, 2)])
  func roundTrip(width: Int, height: Int) throws {
    var random = RandomNumbers(seed: UInt64(width), purpose: .testing)
    let image = try Image(
      size: ImageSize(width: width, height: height),
      pixels: (0..<width * height * 3).map { _ in UInt8(random.integer(below: 256)) })
    let file = try image.png()
    #expect(try ImageHeader(bytes: file, named: "file").description == "PNG, \(width)×\(height), RGB, 8 bits")
    #expect(try Image(bytes: file, named: "file") == image)
    #expect(try image.png() == file)
  }
}
