import Foundation
import ResNetCore
import ResNetImages
import Testing

private struct FileFixtures: Decodable {
  struct File: Decodable {
    let size: PillowFixture.Size
    let hash: String
    let pasted: String?
    let upright: String?
  }
  let files: [String: File]
}

@Suite struct ImageFileTests {
  @Test("Every format gives the pixels that Pillow gives, dropped transparency and all", arguments: PillowFixture.names)
  func pixels(name: String) throws {
    let expected = try #require(PillowFixture.read("files.json", as: FileFixtures.self).files[name])
    let image = try Image(contentsOf: PillowFixture.folder + "/" + name)
    #expect(image.size == expected.size.size)
    #expect(image.hash == expected.hash)
    let header = try ImageHeader(contentsOf: PillowFixture.folder + "/" + name)
    #expect(header.isTransparent == (expected.pasted != nil))
    let pasted = try Image(contentsOf: PillowFixture.folder + "/" + name, rules: PillowFixture.background)
    #expect(pasted.hash == expected.pasted ?? expected.hash)
  }

  @Test("No fixture is left out, and every format is among them")
  func allFixtures() throws {
    let known = try PillowFixture.read("files.json", as: FileFixtures.self).files
    #expect(Set(PillowFixture.names) == Set(known.keys))
    let formats = try PillowFixture.names.map { try ImageHeader(contentsOf: PillowFixture.folder + "/" + $0).format }
    #expect(Set(formats) == Set(ImageFormat.allCases))
  }

  @Test("EXIF orientation is applied as Pillow's exif_transpose does, and ignored unless it is asked for")
  func orientation() throws {
    let rules = ImageRules(exif: .apply)
    for (name, file) in try PillowFixture.read("files.json", as: FileFixtures.self).files {
      let image = try Image(contentsOf: PillowFixture.folder + "/" + name, rules: rules)
      #expect(image.hash == file.upright ?? file.hash, "\(name)")
    }
  }

  @Test("The kind of a file follows from its content, whatever its name is")
  func kindByContent() throws {
    let png = try [UInt8](PillowFixture.bytes("rgb.png"))
    #expect(try ImageHeader(bytes: png, named: "photo.jpg").format == .png)
    let folder = NSTemporaryDirectory() + "resnet-images-\(UUID().uuidString).jpg"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(png).write(to: URL(fileURLWithPath: folder))
    #expect(try Image(contentsOf: folder) == Image(bytes: png, named: ""))
  }

  @Test(
    "A header tells format, size, colours, depth, transparency and orientation",
    arguments: [
      ("progressive.jpg", "JPEG, 37×23, RGB, 8 bits"),
      ("grey.jpg", "JPEG, 37×23, grey, 8 bits"),
      ("cmyk.jpg", "JPEG, 37×23, CMYK, 8 bits"),
      ("orientation-6.jpg", "JPEG, 37×23, RGB, 8 bits, EXIF orientation 6"),
      ("orientation-6.png", "PNG, 37×23, RGB, 8 bits, EXIF orientation 6"),
      ("orientation-8.webp", "WebP, 37×23, RGB, 8 bits, EXIF orientation 8"),
      ("orientation-3.tif", "TIFF, 37×23, RGB, 8 bits, orientation 3"),
      ("bits-1.png", "PNG, 37×23, grey, 1 bit"),
      ("grey-16.png", "PNG, 37×23, grey, 16 bits"),
      ("palette-transparent.png", "PNG, 37×23, palette, 4 bits, with transparency"),
      ("alpha.webp", "WebP, 37×23, RGB, 8 bits, with transparency"),
      ("rgba.tif", "TIFF, 37×23, RGB, 8 bits, with transparency"),
      ("palette.tif", "TIFF, 37×23, palette, 8 bits"),
      ("deep.pgm", "Netpbm, 7×5, grey, 16 bits"),
      ("565.bmp", "BMP, 7×5, RGB, 5 bits"),
    ])
  func headers(name: String, expected: String) throws {
    #expect("\(try ImageHeader(contentsOf: PillowFixture.folder + "/" + name))" == expected)
  }

  @Test("A damaged block of EXIF is no orientation, and does not keep a picture from being read")
  func damagedEXIF() throws {
    let original = try [UInt8](PillowFixture.bytes("orientation-6.jpg"))
    let expected = try Image(bytes: original, named: "")
    let start = try #require(original.firstRange(of: Array("Exif".utf8))?.lowerBound)
    let length = Int(original[start - 2]) << 8 | Int(original[start - 1])
    for place in start..<start + length - 2 {
      for byte: UInt8 in [0, 1, 9, 255] {
        var bytes = original
        bytes[place] = byte
        let image = try Image(bytes: bytes, named: "", rules: ImageRules(exif: .apply))
        #expect(ImageOrientation.allCases.contains { expected.oriented($0) == image })
      }
    }
  }

  @Test("A picture that is made from bytes needs as many as its size says")
  func ownPictures() throws {
    let image = try Image(size: ImageSize(width: 2, height: 1), pixels: [1, 2, 3, 4, 5, 6])
    #expect(image[1, 0] == (4, 5, 6))
    for (size, count) in [(ImageSize(width: 2, height: 1), 5), (ImageSize(width: 0, height: 4), 0)] {
      #expect {
        try Image(size: size, pixels: Array(repeating: 0, count: count))
      } throws: { ($0 as? ResNetError)?.code == .data }
    }
  }
}
