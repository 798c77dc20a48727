import Foundation
import ResNetCore
import ResNetFiles
import Testing

@Suite struct TextFileTests {
  @Test("A text is read whole, and a longer one, other bytes, a folder and nothing are refused")
  func reading() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/text"
      func error(_ bytes: [UInt8]) throws -> ResNetError? {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return #expect(throws: ResNetError.self) { try TextFile.read(path, atMost: 4) }
      }
      try Data("aé!".utf8).write(to: URL(fileURLWithPath: path))
      #expect(try TextFile.read(path, atMost: 4) == "aé!")
      #expect(try error(Array("12345".utf8))?.message == "the file has 5 bytes, more than 4")
      #expect(try error([0x61, 0xFF])?.message == "the text is not UTF-8")
      for wrong in [folder, folder + "/nothing", ""] {
        #expect(throws: ResNetError.self) { try TextFile.read(wrong, atMost: 4) }
      }
    }
  }

  @Test("Bytes are read whole, and more than allowed are refused before they are read")
  func bytes() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/bytes"
      try Data([1, 255, 0]).write(to: URL(fileURLWithPath: path))
      #expect(try BinaryFile.read(path, atMost: 3) == [1, 255, 0])
      let error = #expect(throws: ResNetError.self) { try BinaryFile.read(path, atMost: 2) }
      #expect(error?.message == "the file has 3 bytes, more than 2")
    }
  }
}
