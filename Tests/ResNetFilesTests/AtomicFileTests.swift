import Foundation
import ResNetCore
import Testing

@testable import ResNetFiles

@Suite struct AtomicFileTests {
  @Test("A file is replaced whole, and a link stays a link")
  func replaces() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("one", to: folder + "/a")
      try AtomicFile.write("two", to: folder + "/a")
      #expect(try contents(folder + "/a") == Array("two".utf8))
      try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a")
      try AtomicFile.write([3], to: folder + "/link")
      #expect(try contents(folder + "/a") == [3])
      #expect(try names(in: folder) == ["a", "link"])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "a")
    }
  }

  @Test("A failure in the middle leaves what was there before and nothing else")
  func failure() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      try AtomicFile.write("one", to: folder + "/a")
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: folder + "/a") { sink in
          try sink.append(Array(repeating: 1, count: 1 << 20))
          throw Stop()
        }
      }
      #expect(try contents(folder + "/a") == Array("one".utf8))
      #expect(try names(in: folder) == ["a"])
    }
  }

  @Test(
    "A path that cannot be written is named with the system's reason",
    arguments: [
      ("none/a", "No such file or directory"), ("folder", "Is a directory"), ("folder/", "Is a directory"),
      ("file/a", "Not a directory"), (String(repeating: "x", count: 300), "File name too long"),
    ])
  func unwritable(name: String, reason: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: false)
      try AtomicFile.write("", to: folder + "/file")
      let error = #expect(throws: ResNetError.self) { try AtomicFile.write("text", to: folder + "/" + name) }
      #expect(#expect(throws: ResNetError.self) { try AtomicFile.check(folder + "/" + name) } == error)
      #expect(error?.code == .inputOutput)
      #expect(error?.place == folder + "/" + name)
      #expect(error?.message.lowercased().contains(reason.lowercased()) == true)
      #expect(try names(in: folder) == ["file", "folder"])
    }
  }

  @Test("A path that can be written is found to be so, and nothing is written", arguments: ["new", "old"])
  func writable(name: String) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("one", to: folder + "/old")
      try AtomicFile.check(folder + "/" + name)
      #expect(try names(in: folder) == ["old"])
      #expect(try contents(folder + "/old") == Array("one".utf8))
    }
  }

  @Test("A device is never replaced by a file")
  func device() {
    let error = #expect(throws: ResNetError.self) { try AtomicFile.write("text", to: "/dev/null") }
    #expect(error?.code == .inputOutput)
  }

  @Test("A full disk is named as such", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let device = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let sink = AtomicFile.Sink(descriptor: device.fileDescriptor, path: "model.safetensors")
    let error = #expect(throws: ResNetError.self) { try sink.append([1, 2, 3]) }
    #expect(error?.description.contains("model.safetensors: cannot be written: No space left on device") == true)
    #expect(error?.remedy.contains("Free some space") == true)
  }

  @Test(
    "A folder without the right to write is named as such", .enabled(if: geteuid() != 0, "root may write everywhere"))
  func forbidden() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
      let error = #expect(throws: ResNetError.self) { try AtomicFile.write("text", to: folder + "/a") }
      #expect(error?.message.contains("Permission denied") == true)
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
    }
  }
}
