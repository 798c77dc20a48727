/// Pieces of pickles, as bytes.
enum Pickle {
  static let start: [UInt8] = [0x80, 2]
  static let stop: [UInt8] = [0x2E]
  static let mark: [UInt8] = [0x28]
  static let none: [UInt8] = [0x4E]
  static let tuple: [UInt8] = [0x74]
  static let reduce: [UInt8] = [0x52]
  static let persistentID: [UInt8] = [0x51]
  static let emptyDictionary: [UInt8] = [0x7D]
  static let setItem: [UInt8] = [0x73]

  static func join(_ pieces: [UInt8]...) -> [UInt8] { Array(pieces.joined()) }

  static func repeated(_ count: Int, _ pieces: [UInt8]...) -> [UInt8] {
    Array(repeatElement(Array(pieces.joined()), count: count).joined())
  }

  static func text(_ text: String) -> [UInt8] { join([0x58], little(text.utf8.count, 4), Array(text.utf8)) }

  static func integer(_ integer: Int) -> [UInt8] { join([0x8A, 8], little(integer, 8)) }

  static func integers(_ integers: [Int]) -> [UInt8] { join(mark, integers.flatMap(integer), tuple) }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  /// A call with a tuple of arguments.
  static func call(_ module: String, _ name: String, _ arguments: [UInt8]...) -> [UInt8] {
    join(global(module, name), mark, Array(arguments.joined()), tuple, reduce)
  }

  static func storage(_ type: String = "FloatStorage", key: String = "0", count: Int, more: [UInt8] = []) -> [UInt8] {
    let module = type == "UntypedStorage" ? "torch.storage" : "torch"
    return join(
      mark, text("storage"), global(module, type), text(key), text("cpu"), integer(count), more, tuple, persistentID)
  }

  static func tensor(
    _ storage: [UInt8], offset: Int = 0, sizes: [Int], strides: [Int], function: String = "_rebuild_tensor",
    more: [UInt8] = []
  ) -> [UInt8] {
    call("torch._utils", function, storage, integer(offset), integers(sizes), integers(strides), more)
  }

  /// A dictionary with one tensor.
  static func stateDict(_ tensor: [UInt8]) -> [UInt8] { join(emptyDictionary, text("weight"), tensor, setItem) }

  /// A state dict with one vector on the storage "0".
  static func vector(_ count: Int, type: String = "FloatStorage", stride: Int = 1, of stored: Int? = nil) -> [UInt8] {
    stateDict(tensor(storage(type, count: stored ?? count), sizes: [count], strides: [stride]))
  }

  static func little(_ number: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}

/// A checkpoint in the format before PyTorch 1.6.
struct LegacyFile {
  var magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  var version = Pickle.integer(1001)
  var machine = Pickle.join(Pickle.emptyDictionary, Pickle.text("little_endian"), [0x88], Pickle.setItem)
  var value: [UInt8]
  var keys = Pickle.join([0x5D], Pickle.text("0"), [0x61])
  /// Behind the pickles: the number of elements and the numbers of each storage.
  var numbers: [UInt8] = []

  init(_ value: [UInt8], numbers: [UInt8] = []) {
    self.value = value
    self.numbers = numbers
  }

  var bytes: [UInt8] {
    let pickles = [magic, version, machine, value, keys].flatMap { Pickle.join(Pickle.start, $0, Pickle.stop) }
    return pickles + numbers
  }
}

/// A zip file whose every field can lie.
struct ZipFile {
  struct Part {
    var name: [UInt8]
    var bytes: [UInt8]
    var flags = 0
    var method = 0
    /// What the directory says of the size, where not the truth.
    var size: Int?
    var start: Int?
    var localExtra: [UInt8] = []
    var extra: [UInt8] = []

    init(_ name: String, _ bytes: [UInt8]) {
      self.name = Array(name.utf8)
      self.bytes = bytes
    }
  }

  var parts: [Part]
  var disks = 0
  var count: Int?
  var size: Int?
  var start: Int?
  /// Between the directory and its end.
  var behindDirectory: [UInt8] = []
  var comment: [UInt8] = []

  /// What PyTorch's smallest file has: a pickle and a storage.
  init(_ value: [UInt8], storage: [UInt8]) {
    parts = [Part("a/data.pkl", Pickle.join(Pickle.start, value, Pickle.stop)), Part("a/data/0", storage)]
  }

  var bytes: [UInt8] {
    let little = Pickle.little
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for part in parts {
      let size = little(part.size ?? part.bytes.count, 4)
      directory += Pickle.join(
        Array("PK\u{1}\u{2}".utf8), little(0, 4), little(part.flags, 2), little(part.method, 2), little(0, 8), size,
        size,
        little(part.name.count, 2), little(part.extra.count, 2), little(0, 10), little(part.start ?? bytes.count, 4),
        part.name, part.extra)
      bytes += Pickle.join(
        Array("PK\u{3}\u{4}".utf8), little(0, 22), little(part.name.count, 2), little(part.localExtra.count, 2),
        part.name, part.localExtra, part.bytes)
    }
    let count = little(self.count ?? parts.count, 2)
    return Pickle.join(
      bytes, directory, behindDirectory, Array("PK\u{5}\u{6}".utf8), little(disks, 4), count, count,
      little(size ?? directory.count, 4), little(start ?? bytes.count, 4), little(comment.count, 2), comment)
  }
}
