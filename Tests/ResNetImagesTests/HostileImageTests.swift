import CMemoryUse
import Foundation
import ResNetCore
import ResNetImages
import ResNetTesting
import Testing

/// The header of a Windows bitmap of 24 bits; some numbers can be replaced.
private func bitmap(
  width: Int = 2, height: Int = 1, bits: Int = 24, compression: Int = 0, header: Int = 40, colors: Int = 0,
  body: [UInt8] = [1, 2, 3, 4, 5, 6, 0, 0]
) -> [UInt8] {
  Array("BM".utf8) + littleEndian(54 + body.count, 4) + littleEndian(0, 4) + littleEndian(54, 4)
    + littleEndian(header, 4) + littleEndian(width, 4) + littleEndian(height, 4) + littleEndian(1, 2)
    + littleEndian(bits, 2) + littleEndian(compression, 4) + littleEndian(body.count, 4) + littleEndian(0, 8)
    + littleEndian(colors, 4) + littleEndian(0, 4) + body
}

/// A chunk of a PNG with its length and checksum.
private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
  let content = Array(type.utf8) + data
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in content {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  return littleEndian(data.count, 4).reversed() + content + littleEndian(Int(~crc), 4).reversed()
}

private func png(width: Int, height: Int) -> [UInt8] {
  [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    + chunk("IHDR", littleEndian(width, 4).reversed() + littleEndian(height, 4).reversed() + [8, 2, 0, 0, 0])
    + chunk("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1]) + chunk("IEND", [])
}

@Suite(.timeLimit(.minutes(5))) struct HostileImageTests {
  @Test(
    "Files that are no pictures, or broken ones, are refused with the reason",
    arguments: [
      ([], "empty"),
      (Array("hello".utf8), "no picture of a kind that is known"),
      ([0xFF, 0xD8, 0xFF], "JPEG is damaged"),
      (png(width: 4, height: 4), "PNG is damaged"),
      (png(width: 0, height: 4), "PNG is damaged"),
      (png(width: 1 << 20, height: 1 << 20), "more than"),
      (png(width: 1 << 21, height: 1), "PNG is damaged"),
      (Array("RIFF\u{20}\0\0\0WEBPVP8 ".utf8), "ends too early"),
      (Array("RIFF\u{20}\0\0\0WEBPVP8 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".utf8), "WebP is damaged"),
      ([0x49, 0x49, 0x2A, 0, 8, 0, 0, 0], "TIFF is damaged"),
      ([0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0], "TIFF"),
      (Array("P6".utf8), "ends too early"),
      (Array("P6 x".utf8), "should begin a number"),
      (Array("P6 2 2 255".utf8), "ends too early"),
      (Array("P6 2 2 255x".utf8), "white space"),
      (Array("P6 2 2 255 abc".utf8), "ends too early"),
      (Array("P6 2 2 0 abc".utf8), "not one from 1 to 65535"),
      (Array("P6 2 2 65536 abc".utf8), "not one from 1 to 65535"),
      (Array("P6 0 2 255 abc".utf8), "has no pixels"),
      (Array("P6 99999999 99999999 255 abc".utf8), "more than"),
      (Array("P2 1 1 9 10".utf8), "more than the largest"),
      (Array("P2 1 1 9 -".utf8), "should begin a number"),
      (Array("P2 9 9 9 1 ".utf8), "ends too early"),
      (Array("BM".utf8), "ends too early"),
      (bitmap(header: 41), "header of 41 bytes"),
      (Array(bitmap().prefix(40)), "ends too early"),
      (bitmap(width: 0), "has no pixels"),
      (bitmap(width: 1 << 31, height: 1 << 30), "more than"),
      (bitmap(height: 1 << 31), "more than"),
      (bitmap(bits: 7), "7 bits a pixel"),
      (bitmap(bits: 8, compression: 1), "compressed BMP"),
      (bitmap(bits: 8, colors: 257), "257 colours"),
      (bitmap(bits: 8), "ends too early"),
      (bitmap(width: 100), "ends too early"),
      (bitmap(bits: 8, colors: 1, body: [0, 0, 0, 0, 0, 0, 0, 0]), nil),
      (bitmap(bits: 8, colors: 1, body: [9, 9, 9, 9, 0, 0, 0, 0]), "has colour 9 of 1"),
      (bitmap(width: 1, bits: 32, compression: 3, body: Array(repeating: 0x55, count: 16)), "scattered"),
      (bitmap(width: 1, bits: 32, compression: 3, body: Array(repeating: 0, count: 16)), "no masks"),
      (bitmap(width: 1, bits: 32, compression: 3, body: [1]), "ends too early"),
    ] as [([UInt8], String?)])
  func refusals(bytes: [UInt8], reason: String?) throws {
    guard let reason else {
      #expect(refusal(bytes) == nil)
      return
    }
    let error = try #require(refusal(bytes))
    #expect(error.code == .data)
    #expect(error.message.contains(reason), "\(error)")
    #expect(error.place == "a.file")
    #expect(!error.description.contains("\n"))
  }

  @Test("Films are refused: a folder of photographs holds still pictures")
  func films() throws {
    let bytes =
      Array("RIFF".utf8) + littleEndian(22, 4) + Array("WEBPVP8X".utf8) + littleEndian(10, 4)
      + [2, 0, 0, 0, 3, 0, 0, 3, 0, 0]
    #expect(try #require(refusal(bytes)).message.contains("film"))
  }

  @Test("A JPEG of more scans than any encoder makes is refused, as each costs the time of a picture")
  func manyScans() throws {
    var bytes = try [UInt8](PillowFixture.bytes("progressive.jpg"))
    let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0]
    bytes.insert(contentsOf: (0..<100).flatMap { _ in scan }, at: bytes.count - 2)
    let error = try #require(refusal(bytes))
    #expect(error.message.contains("scans, more than 100"))
  }

  @Test("Small damage to a JPEG is passed over as libjpeg does, and an error behind it is not")
  func warnings() throws {
    let original = try [UInt8](PillowFixture.bytes("baseline-444.jpg"))
    let image = try Image(bytes: original, named: "")
    // Rubbish before the tables is worth a warning.
    let tables = try #require(original.firstRange(of: [0xFF, 0xDB])?.lowerBound)
    var bytes = original
    bytes.insert(contentsOf: [1, 2, 3], at: tables)
    #expect(try Image(bytes: bytes, named: "") == image)
    // A second frame in the middle of the data is an error.
    bytes.insert(contentsOf: [0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0], at: bytes.count - 40)
    #expect(try #require(refusal(bytes)).message.contains("JPEG is damaged"))
  }

  @Test("Colours of two channels, and TIFFs of floating point, are refused with what to do")
  func unknownColors() throws {
    let jpeg: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xC0, 0, 14, 8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0]
      + [0xFF, 0xDA, 0, 10, 2, 1, 0, 2, 0, 0, 0x3F, 0, 0, 0, 0xFF, 0xD9]
    #expect(try #require(refusal(jpeg)).message.contains("colours"))

    let fields = [(256, 1), (257, 1), (258, 32), (259, 1), (262, 1), (273, 0), (277, 1), (278, 1), (279, 4), (339, 3)]
    let tiff =
      [0x49, 0x49, 0x2A, 0] + littleEndian(8, 4) + littleEndian(fields.count, 2)
      + fields.flatMap { littleEndian($0.0, 2) + littleEndian(3, 2) + littleEndian(1, 4) + littleEndian($0.1, 4) }
      + littleEndian(0, 4)
    let error = try #require(refusal(tiff))
    #expect(error.message.contains("TIFF cannot be decoded") && error.remedy.contains("PNG"))
  }

  @Test("A file that is missing, or a folder, is refused with its path")
  func missing() throws {
    for path in ["/nonexistent/photo.jpg", NSTemporaryDirectory()] {
      let error = try #require(throws: ResNetError.self) { try Image(contentsOf: path) }
      #expect(error.code == .data && error.place == path)
    }
  }

  @Test(
    "A file cut short anywhere is refused or, where only its end is missing, read as it was",
    arguments: PillowFixture.names)
  func truncated(name: String) throws {
    let whole = try [UInt8](PillowFixture.bytes(name))
    let image = try Image(bytes: whole, named: name)
    // Of the last number of a text nobody can say whether it is whole.
    let end = name.hasPrefix("text") ? whole.count - 3 : whole.count
    for count in stride(from: 0, to: end, by: max(1, whole.count / 200)) {
      // What follows a picture is not missed: a TIFF's or WebP's notes, a PNG's last chunk.
      if let short = try? Image(bytes: Array(whole.prefix(count)), named: name) {
        #expect(short == image, "\(name) of \(count) bytes")
      }
    }
    let isSelfContained = try ImageHeader(bytes: whole, named: name).format == .jpeg
    if isSelfContained {
      let error = try #require(refusal(Array(whole.prefix(whole.count * 9 / 10))))
      #expect(error.message.contains("ends too early") || error.message.contains("damaged"))
    }
  }

  @Test("Damage anywhere ends in a picture or an error, and nothing else", arguments: PillowFixture.names)
  func damaged(name: String) throws {
    let whole = try [UInt8](PillowFixture.bytes(name))
    var random = RandomNumbers(seed: stableHash(name), purpose: .splitting)
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<1 + random.integer(below: 3) {
        bytes[random.integer(below: min(bytes.count, random.integer(below: 2) == 0 ? 64 : .max))] =
          UInt8(random.integer(below: 256))
      }
      do {
        let image = try Image(bytes: bytes, named: name, rules: ImageRules(exif: .apply, background: .white))
        #expect(image.pixels.count == image.width * image.height * 3)
      } catch {
        let error = try #require(error as? ResNetError)
        #expect(error.place == name && !error.description.contains("\n"))
      }
    }
  }

  @Test(
    "Every broken picture ends in one line, in little time and memory",
    .enabled(if: realData("odd-images") != nil, "NOT READ: there is no folder odd-images in .data or RESNET_DATA"))
  func brokenPictures() throws {
    let folder = try #require(realData("odd-images")) + "/broken"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count > 30)
    for name in names.sorted() {
      let before = memory_handed_out()
      let error = try #require(throws: ResNetError.self, "\(name)") { try Image(contentsOf: folder + "/" + name) }
      #expect(error.code == .data && error.place == folder + "/" + name)
      #expect(!error.message.isEmpty && !error.remedy.isEmpty && !error.description.contains("\n"))
      #expect(memory_handed_out() - before < 1 << 20)
    }
  }
}
