import Foundation
import ResNetCore
import Testing

@testable import ResNetFiles

@Suite struct TensorBoardEventsTests {
  /// What Scripts/fixtures/make_events.py writes too.
  static let records: [TensorBoardEvents.Record] = [
    .init(step: 0, time: 1_700_000_000.25, scalars: [.init("loss/training", 2.302585), .init("error/test", 0)]),
    .init(step: 1, time: 1_700_000_001.5, scalars: [.init("loss/training", .nan), .init("größe", -.infinity)]),
    .init(step: -1, time: 0, scalars: [.init("", .infinity)]),
    .init(step: .max, time: 1e300, scalars: [.init("loss/training", -.leastNonzeroMagnitude)]),
    .init(step: 300, time: 1_700_000_002, scalars: []),
  ]
  static let beginning = 1_700_000_000.0

  @Test("A file has, byte by byte, what TensorBoard's own writer makes of the same scalars")
  func bytes() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/" + TensorBoardEvents.fileName
      try TensorBoardEvents.write(Self.records, beginning: Self.beginning, to: path)
      #expect(try contents(path) == contents(packageFolder + "/Tests/Fixtures/scalars.tfevents"))
    }
  }

  @Test("A file that grew by records is the file written with all of them")
  func growth() throws {
    try withTemporaryFolder { folder in
      try TensorBoardEvents.write(Self.records, beginning: Self.beginning, to: folder + "/whole")
      let grown = folder + "/grown"
      try TensorBoardEvents.write([], beginning: Self.beginning, to: grown)
      #expect(wholeRecords(in: try contents(grown)) == 1)
      try TensorBoardEvents.append([Self.records[0]], to: grown)
      #expect(wholeRecords(in: try contents(grown)) == 2)
      try TensorBoardEvents.append([], to: grown)
      try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "grown")
      try TensorBoardEvents.append(Array(Self.records[1...]), to: folder + "/link")
      #expect(try contents(grown) == contents(folder + "/whole"))
      #expect(try names(in: folder) == ["grown", "link", "whole"])
    }
  }

  @Test("A file that is written anew holds the new records alone")
  func replacement() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/events"
      try TensorBoardEvents.write(Self.records, beginning: Self.beginning, to: path)
      try TensorBoardEvents.write(Array(Self.records[..<2]), beginning: Self.beginning, to: path)
      let bytes = try contents(path)
      #expect(wholeRecords(in: bytes) == 3)
      #expect(try contents(packageFolder + "/Tests/Fixtures/scalars.tfevents").starts(with: bytes))
    }
  }

  @Test(
    "A file that cannot be appended to is named with the system's reason and the remedy",
    arguments: [
      ("missing", "cannot be appended to: No such file or directory", "Write the file anew"),
      ("none/events", "cannot be appended to: No such file or directory", "Write the file anew"),
      ("folder", "Is a directory", "Give the path of a file"),
      ("file/events", "Not a directory", "Make the folder first"),
      ("pipe", "it is a device or a pipe", "Give the path of a file"),
    ])
  func unappendable(name: String, reason: String, remedy: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/folder", withIntermediateDirectories: false)
      try AtomicFile.write("", to: folder + "/file")
      try #require(mkfifo(folder + "/pipe", 0o600) == 0)
      let path = folder + "/" + name
      let error = #expect(throws: ResNetError.self) { try TensorBoardEvents.append(Self.records, to: path) }
      #expect(error?.code == .inputOutput)
      #expect(error?.place == path)
      #expect(error?.message.contains(reason) == true)
      #expect(error?.remedy.hasPrefix(remedy) == true)
      #expect(try names(in: folder) == ["file", "folder", "pipe"])
    }
  }

  @Test("A path that cannot be written is named, and one with a zero byte is refused")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: ResNetError.self) {
        try TensorBoardEvents.write([], beginning: 0, to: folder + "/none/events")
      }
      #expect(error?.code == .inputOutput)
      #expect(error?.place == folder + "/none/events")
      #expect(error?.remedy == "Make the folder first, or choose another")
      #expect(throws: ResNetError.self) { try TensorBoardEvents.append([], to: folder + "/a\0b") }
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  @Test("A record that does not fit on the disk leaves the file as it was")
  func full() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/events"
      try TensorBoardEvents.write(Self.records, beginning: Self.beginning, to: path)
      // A limit on the size of files ends a write in the middle as a full disk does. It holds for the whole process, so
      // it is far above all that another test writes, and the file is made as large by a hole.
      let size: off_t = 1 << 30
      try #require(truncate(path, size) == 0)
      var limit = rlimit()
      try #require(getrlimit(fileSizeLimit, &limit) == 0)
      var low = rlimit(rlim_cur: rlim_t(size) + 20, rlim_max: limit.rlim_max)
      let handler = signal(SIGXFSZ, SIG_IGN)
      try #require(setrlimit(fileSizeLimit, &low) == 0)
      let error = #expect(throws: ResNetError.self) { try TensorBoardEvents.append(Self.records, to: path) }
      try #require(setrlimit(fileSizeLimit, &limit) == 0)
      signal(SIGXFSZ, handler)
      #expect(error?.code == .inputOutput)
      #expect(error?.message.contains("File too large") == true)
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == Int(size))
    }
  }
}

#if canImport(Darwin)
  private let fileSizeLimit = RLIMIT_FSIZE
#else
  private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#endif

/// The number of whole records at the front of `bytes`: as far as lengths and checksums are right.
private func wholeRecords(in bytes: [UInt8]) -> Int {
  func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
  var count = 0
  var rest = bytes[...]
  while rest.count >= 16 {
    let length = rest.prefix(8)
    guard number(rest.dropFirst(8).prefix(4)) == UInt64(CRC32C.masked(length)) else { break }
    guard let size = Int(exactly: number(length)), size <= rest.count - 16 else { break }
    let data = rest.dropFirst(12).prefix(size)
    guard number(rest.dropFirst(12 + size).prefix(4)) == UInt64(CRC32C.masked(data)) else { break }
    count += 1
    rest = rest.dropFirst(16 + size)
  }
  return count
}
