import Foundation
import ResNetCore
import ResNetFiles
import Testing

@Suite struct HostileCheckpointTests {
  private static func read(_ bytes: [UInt8]) throws -> PyTorchCheckpoint {
    try PyTorchCheckpoint(bytes: bytes, name: "a.pth")
  }

  private static func zip(_ change: (inout ZipFile) -> Void) -> [UInt8] {
    var file = ZipFile(Pickle.vector(2), storage: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    change(&file)
    return file.bytes
  }

  private static func legacy(_ change: (inout LegacyFile) -> Void) -> [UInt8] {
    var file = LegacyFile(
      Pickle.vector(2), numbers: Pickle.join(Pickle.little(2, 8), [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]))
    change(&file)
    return file.bytes
  }

  /// A 64-bit directory's end and what leads to it, for a zip file of `zip { _ in }`.
  private static func end64(count: Int = 2, size: Int, start: Int, at place: Int) -> [UInt8] {
    let little = Pickle.little
    return Pickle.join(
      Array("PK\u{6}\u{6}".utf8), little(44, 8), little(0, 20), little(count, 8), little(size, 8), little(start, 8),
      Array("PK\u{6}\u{7}".utf8), little(0, 4), little(place, 8), little(1, 4))
  }

  @Test("Sound files in both formats are read, with padding, a comment and 64-bit sizes too")
  func sound() throws {
    let whole = Self.zip { _ in }
    let directory = try #require(whole.firstRange(of: Array("PK\u{1}\u{2}".utf8))).lowerBound
    let end = whole.count - 22
    let files = [
      Self.legacy { _ in }, whole, Self.zip { $0.comment = Array("PK\u{5}\u{6} and more".utf8) },
      Self.zip { $0.parts[1].localExtra = Array(repeating: 0, count: 60) },
      // Sizes and position in the 64-bit fields, behind a field that is passed over.
      Self.zip {
        let size = Pickle.little($0.parts[0].bytes.count, 8)
        $0.parts[0].extra = Pickle.join([7, 0, 1, 0, 9, 1, 0, 24, 0], size, size, Pickle.little(0, 8))
        $0.parts[0].size = 0xFFFF_FFFF
        $0.parts[0].start = 0xFFFF_FFFF
      },
      Self.zip {
        $0.behindDirectory = Self.end64(size: end - directory, start: directory, at: end)
        ($0.count, $0.size, $0.start) = (0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF)
      },
      Self.zip { $0.parts.append(.init("a/byteorder", Array("little".utf8))) },
    ]
    for bytes in files {
      let file = try Self.read(bytes)
      #expect(try file.tensor(file.entries[0]) == Tensor(shape: [2], scalars: [1, 2]))
    }
  }

  /// Files with a word of the error that they must give.
  static let damaged: [(String, [UInt8], String)] = [
    ("nothing", [], "not a PyTorch checkpoint"),
    ("a text", Array("hello".utf8), "not a PyTorch checkpoint"),
    ("another pickle", Pickle.join(Pickle.start, Pickle.none, Pickle.stop), "a pickle, but not"),
    ("another version", legacy { $0.version = Pickle.integer(1002) }, "unknown version"),
    (
      "the greatest byte first",
      legacy {
        $0.machine = Pickle.join(Pickle.emptyDictionary, Pickle.text("little_endian"), [0x89], Pickle.setItem)
      }, "greatest byte first"
    ),
    ("no list of storages", legacy { $0.keys = Pickle.none }, "does not list its storages"),
    (
      "an unknown storage", legacy { $0.keys = Pickle.join([0x5D], Pickle.text("1"), [0x61]) },
      "one that it does not use"
    ),
    (
      "a storage twice",
      legacy {
        $0.keys = Pickle.join([0x5D, 0x28], Pickle.text("0"), Pickle.text("0"), [0x65])
        $0.numbers += $0.numbers
      }, "lists a storage twice"
    ),
    (
      "a storage by number", legacy { $0.keys = Pickle.join([0x5D], Pickle.integer(0), [0x61]) },
      "one that it does not use"
    ),
    ("a storage of another size", legacy { $0.numbers[0] = 3 }, "does not have the 2 elements"),
    ("no storage", legacy { $0.keys = [0x5D] }, "numbers of the tensor 'weight' are missing"),
    ("a storage cut short", legacy { $0.numbers.removeLast() }, "too early"),
    (
      "a storage as two types",
      legacy {
        $0.value = Pickle.join(Pickle.storage(count: 2), [0x30])
        $0.value += Pickle.stateDict(Pickle.tensor(Pickle.storage("DoubleStorage", count: 2), sizes: [2], strides: [1]))
      }, "take 8 bytes, not 16"
    ),

    ("no directory", Array(zip { _ in }.dropLast()), "no directory at its end"),
    ("a zip file's first bytes", [0x50, 0x4B, 3, 4], "no directory at its end"),
    ("several disks", zip { $0.disks = 1 }, "several disks"),
    ("no 64-bit directory", zip { $0.count = 0xFFFF }, "64-bit directory is missing"),
    (
      "a 64-bit directory elsewhere",
      zip {
        $0.count = 0xFFFF
        $0.behindDirectory = end64(size: 0, start: 0, at: 0)
      }, "64-bit directory is missing"
    ),
    (
      "a 64-bit directory behind the end",
      zip {
        $0.count = 0xFFFF
        $0.behindDirectory = end64(size: 0, start: 0, at: .max)
      }, "too early"
    ),
    ("a directory behind the end", zip { $0.start = 1 << 30 }, "does not lie within it"),
    ("a directory past the end", zip { $0.size = 1 << 20 }, "does not lie within it"),
    ("a directory of 4 GB", zip { $0.size = 0xFFFF_FFFE }, "does not lie within it"),
    ("more parts than the directory holds", zip { $0.count = 60_000 }, "60000 parts"),
    ("another part than there is", zip { $0.count = 3 }, "does not lie within it"),
    ("a directory longer than its parts", zip { $0.count = 1 }, "longer than it says"),
    ("a directory somewhere", zip { $0.start = 3 }, "directory is damaged"),
    ("a name that is no text", zip { $0.parts[0].name[0] = 0xFF }, "not UTF-8"),
    ("an extra field past its end", zip { $0.parts[0].extra = [1, 0, 9, 0] }, "directory is damaged"),
    ("an encrypted part", zip { $0.parts[0].flags = 1 }, "'a/data.pkl' is encrypted"),
    ("a compressed part", zip { $0.parts[0].method = 8 }, "'a/data.pkl' of the zip file is compressed"),
    ("a compressed storage", zip { $0.parts[1].method = 8 }, "'a/data/0' of the zip file is compressed"),
    (
      "TorchScript",
      zip {
        $0.parts.append(.init("a/constants.pkl", []))
        $0.parts.append(.init("a/code/__torch__.py", [1, 2]))
        $0.parts[3].method = 8
      }, "the file is TorchScript, a program with its weights, and no checkpoint"
    ),
    ("a part elsewhere", zip { $0.parts[0].start = 1 }, "not where the directory says"),
    ("a part behind the end", zip { $0.parts[0].start = 1 << 30 }, "'a/data.pkl' does not lie within it"),
    ("a part past the end", zip { $0.parts[1].size = 1 << 30 }, "'a/data/0' does not lie within it"),
    ("a part twice", zip { $0.parts.append($0.parts[1]) }, "'a/data/0' twice"),
    ("no pickle", zip { $0.parts.removeFirst() }, "holds no data.pkl"),
    ("two pickles", zip { $0.parts.append(.init("b/data.pkl", [])) }, "more than one data.pkl"),
    (
      "the greatest byte first in a zip file", zip { $0.parts.append(.init("a/byteorder", Array("big".utf8))) },
      "greatest byte first"
    ),
    ("no numbers", zip { $0.parts.removeLast() }, "numbers of the tensor 'weight' are missing"),
    ("too few numbers", zip { $0.parts[1].bytes.removeLast() }, "take 7 bytes, not 8"),
    ("a pickle that does not end", zip { $0.parts[0].bytes.removeLast() }, "too early"),
  ]

  @Test("A damaged file is refused with what is wrong with it", arguments: damaged)
  func damagedFiles(what: String, bytes: [UInt8], word: String) {
    let error = #expect(throws: ResNetError.self, "\(what)") { try Self.read(bytes) }
    #expect(error?.code == .data)
    #expect(error?.message.contains(word) == true, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.place?.hasPrefix("a.pth") == true)
  }

  @Test("A small file that asks for much memory by seeing one number again and again is refused")
  func expanded() throws {
    let file = try Self.read(Self.legacy { $0.value = Pickle.vector(1 << 40, stride: 0, of: 2) })
    let error = #expect(throws: ResNetError.self) { try file.tensor(file.entries[0]) }
    #expect(error?.message.contains("has more elements than the file has bytes") == true)
    #expect(error?.remedy.contains("contiguous") == true)
  }

  @Test("An axis of size 1 may have any stride, and a tensor without elements any offset")
  func harmlessStrides() throws {
    let storage = Pickle.storage(count: 2)
    let value = Pickle.join(
      Pickle.emptyDictionary, Pickle.mark, Pickle.text("a"),
      Pickle.tensor(storage, sizes: [1, 2, 1], strides: [.max, 0, .max]), Pickle.text("b"),
      Pickle.tensor(storage, offset: .max, sizes: [0], strides: [.max]), [0x75])
    let file = try Self.read(Self.legacy { $0.value = value })
    #expect(try file.tensor(file.entries[0]) == Tensor(shape: [1, 2, 1], scalars: [1, 1]))
    #expect(try file.tensor(file.entries[1]) == Tensor(shape: [0], scalars: []))
  }

  @Test("A tensor that is spread over more than memory should hold is refused before it is read")
  func spread() throws {
    try withTemporaryFolder { folder in
      let count = 1 << 27 + 1
      let bytes = Self.legacy {
        $0.value = Pickle.vector(2, type: "ByteStorage", stride: count - 1, of: count)
        $0.numbers = Pickle.little(count, 8)
      }
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/a"))
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/a"))
      try handle.truncate(atOffset: UInt64(bytes.count + count))
      try handle.close()
      let file = try PyTorchCheckpoint(contentsOf: folder + "/a")
      let error = #expect(throws: ResNetError.self) { try file.tensor(file.entries[0]) }
      #expect(error?.message.contains("is spread over \(count) elements") == true)
    }
  }

  @Test("A file that shrinks after it was opened gives an error")
  func shrinks() throws {
    try withTemporaryFolder { folder in
      try Data(Self.zip { _ in }).write(to: URL(fileURLWithPath: folder + "/a"))
      let file = try PyTorchCheckpoint(contentsOf: folder + "/a")
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/a"))
      try handle.truncate(atOffset: 100)
      try handle.close()
      let error = #expect(throws: ResNetError.self) { try file.tensor(file.entries[0]) }
      #expect(error?.message.contains("too early") == true)
    }
  }

  @Test("A file that is not there, or is a folder, is told")
  func missing() throws {
    try withTemporaryFolder { folder in
      #expect(throws: ResNetError.self) { try PyTorchCheckpoint(contentsOf: folder) }
      let error = #expect(throws: ResNetError.self) { try PyTorchCheckpoint(contentsOf: folder + "/none") }
      #expect(error?.code == .data && error?.place == folder + "/none")
    }
  }
}
