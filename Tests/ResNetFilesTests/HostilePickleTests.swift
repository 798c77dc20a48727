import ResNetCore
import ResNetFiles
import Testing

@Suite struct HostilePickleTests {
  private typealias P = Pickle

  /// What a pickle does, a word of the error that it must give, and its pieces.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var word: String
    var value: [UInt8]

    init(_ what: String, _ word: String, _ pieces: [UInt8]...) {
      testDescription = what
      self.word = word
      value = Array(pieces.joined())
    }
  }

  static let damaged: [Case] = [
    Case("no operation", "the byte 255", [0xFF]),
    Case("a class of its own", "'os.system', which is not allowed", P.global("os", "system")),
    Case("the same by the stack", "'posix.system', which is not allowed", P.text("posix"), P.text("system"), [0x93]),
    Case("names that are no texts", "something else than two texts", P.none, P.none, [0x93]),
    Case("a long name", "more than 1000 bytes", P.global(String(repeating: "x", count: 2000), "y")),
    Case("protocol 1", "protocol 1", [0x80, 1]),
    Case("protocol 6", "protocol 6", [0x80, 6]),
    Case("nothing to take", "a value where there is none", [0x30]),
    Case("a value below a mark", "a value where there is none", [0x5D, 0x28, 0x61]),
    Case("no mark", "a mark that is not there", [0x74]),
    Case("no text", "not UTF-8", [0x8C, 2, 0xC3, 0x28]),
    Case("a text longer than the file", "too early", [0x58, 0xFF, 0xFF, 0xFF, 0xFF]),
    Case("a text longer than memory", "too early", [0x8D], P.repeated(8, [0xFF])),
    Case("bytes longer than the file", "too early", [0x42, 0xFF, 0xFF, 0xFF, 0x7F]),
    Case("a number longer than the file", "too early", [0x8B, 0xFF, 0xFF, 0xFF, 0x7F]),
    Case("something appended to None", "appends to None", P.none, P.none, [0x61]),
    Case("an item of a list", "sets items of a list", [0x5D], P.none, P.none, [0x73]),
    Case("a key alone", "a key without a value", P.emptyDictionary, P.mark, P.none, [0x75]),
    Case("a forgotten value", "recalls the value 7", [0x68, 7]),
    Case("a call without a tuple", "without a tuple", P.global("collections", "OrderedDict"), P.none, P.reduce),
    Case("a call of a number", "not a name", P.integer(1), [0x29], P.reduce),
    Case("a call of a type", "calls a type", P.call("torch", "FloatStorage")),
    Case("a parameter of nothing", "a parameter of something else", P.call("torch._utils", "_rebuild_parameter")),
    Case("a dictionary of None", "something else than pairs", P.call("collections", "OrderedDict", P.none)),
    Case(
      "a dictionary of triples", "pairs",
      P.call("collections", "OrderedDict", P.join([0x5D], P.integers([1, 2, 3]), [0x61]))),
    Case("a list of a number", "a list of a number", P.call("builtins", "set", P.integer(1))),
    Case("attributes of a list", "sets attributes of a list", [0x5D], P.none, [0x62]),
    Case("a reference to nothing", "does not name a storage", P.none, P.persistentID),
    Case(
      "a reference to a file", "does not name a storage", P.mark, P.text("module"), P.none, P.none, P.none,
      P.integer(1), P.tuple, P.persistentID),
    Case("a part of a storage", "a part of another", P.storage(count: 1, more: P.join(P.mark, P.text("1"), P.tuple))),
    Case(
      "a storage with a long name", "a storage by more than 1000 bytes",
      P.storage(key: String(repeating: "0", count: 1001), count: 1)),
    Case("a negative storage", "-1 elements", P.storage(count: -1)),
    Case("a storage larger than memory", "is not possible", P.storage(count: .max)),
    Case("a tensor of None", "something else than a storage", P.call("torch._utils", "_rebuild_tensor", P.none)),
    Case(
      "a tensor of plain bytes", "not real", P.tensor(P.storage("UntypedStorage", count: 4), sizes: [1], strides: [1])),
    Case(
      "a tensor of complex numbers", "not real",
      P.tensor(
        P.storage("UntypedStorage", count: 8), sizes: [1], strides: [1], function: "_rebuild_tensor_v3",
        more: P.join([0x89], P.none, P.global("torch", "complex64")))),
    Case(
      "a tensor without a type", "without the type",
      P.tensor(
        P.storage("UntypedStorage", count: 8), sizes: [1], strides: [1], function: "_rebuild_tensor_v3",
        more: P.join([0x89], P.none, P.none))),
    Case("more sizes than strides", "something else", P.tensor(P.storage(count: 4), sizes: [1, 2], strides: [1])),
    Case(
      "a size that is no number", "something else",
      P.call(
        "torch._utils", "_rebuild_tensor", P.storage(count: 4), P.integer(0), P.join(P.mark, P.none, P.tuple),
        P.integers([1]))),
    Case(
      "33 axes", "something else",
      P.tensor(P.storage(count: 4), sizes: Array(repeating: 1, count: 33), strides: Array(repeating: 1, count: 33))),
    Case("a negative size", "does not lie within", P.tensor(P.storage(count: 4), sizes: [-1], strides: [1])),
    Case(
      "a negative stride", "does not lie within", P.tensor(P.storage(count: 4), offset: 3, sizes: [2], strides: [-1])),
    Case(
      "a negative offset", "does not lie within", P.tensor(P.storage(count: 4), offset: -1, sizes: [2], strides: [1])),
    Case(
      "a tensor past its storage", "does not lie", P.tensor(P.storage(count: 4), offset: 1, sizes: [4], strides: [1])),
    Case("a stride past its storage", "does not lie within", P.tensor(P.storage(count: 4), sizes: [2], strides: [4])),
    Case(
      "a tensor larger than memory", "does not lie within",
      P.tensor(P.storage(count: 4), sizes: [1 << 32, 1 << 32], strides: [0, 0])),
    Case(
      "strides larger than memory", "does not lie within",
      P.tensor(P.storage(count: 4), sizes: [3, 3], strides: [.max, .max])),
    Case(
      "an offset larger than memory", "does not lie within",
      P.tensor(P.storage(count: 4), offset: .max, sizes: [2], strides: [1])),
    Case("too many values", "more than 1048576 values", P.repeated(1 << 20 + 1, [0x4E])),
    Case("too many marks", "more than 1048576 values", P.repeated(1 << 20 + 1, [0x28])),
    Case(
      "lists that are copied without end", "more than 1048576 values", P.mark, P.repeated(100_000, [0x4E]), P.tuple,
      [0x71, 0], P.repeated(20, P.global("builtins", "set"), [0x68, 0, 0x85], P.reduce)),
    Case(
      "dictionaries that are copied without end", "more than 1048576 values", P.emptyDictionary, P.mark,
      P.repeated(100_000, [0x4E]), [0x75, 0x71, 0],
      P.repeated(20, P.global("collections", "Counter"), [0x68, 0, 0x85], P.reduce)),
    Case(
      "pairs that are copied without end", "more than 1048576 values", [0x5D, 0x71, 0], P.mark,
      P.repeated(10_000, P.none, P.none, [0x86]), [0x65],
      P.repeated(100, P.global("collections", "OrderedDict"), [0x68, 0, 0x85], P.reduce)),
    Case("a list that holds itself", "is a list", [0x5D, 0x71, 0, 0x68, 0, 0x61]),
    Case("lists within lists", "is a list", P.repeated(300_000, [0x5D]), P.repeated(299_999, [0x61])),
    Case("tuples within tuples", "is a tuple", P.none, P.repeated(500_000, [0x85])),
    Case("None", "is None", P.none),
    Case("a text", "is a text", P.text("x")),
    Case("a truth value", "is a truth value", [0x88]),
    Case("a name", "is a name of Python", P.global("torch", "float32")),
    Case("a storage", "is a storage", P.storage(count: 1)),
    Case("a tensor alone", "is a tensor", P.tensor(P.storage(count: 4), sizes: [4], strides: [1])),
    Case("a device", "is a plain value", P.call("torch", "device", P.text("cpu"))),
  ]

  @Test("A pickle that is damaged, or asks for what is not allowed, is refused with what and where", arguments: damaged)
  func damagedPickles(_ damaged: Case) {
    var file = LegacyFile(damaged.value)
    file.keys = [0x5D]
    let error = #expect(throws: ResNetError.self) { try PyTorchCheckpoint(bytes: file.bytes, name: "a.pth") }
    #expect(error?.code == .data)
    #expect(error?.message.contains(damaged.word) == true, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.place?.hasPrefix("a.pth") == true)
    #expect((error?.description.utf8.count ?? 0) < 400)
  }

  @Test(
    "Operations that make objects, and those of old protocols, are refused by name",
    arguments: [
      ("F", "FLOAT"), ("I", "INT"), ("L", "LONG"), ("P", "PERSID"), ("S", "STRING"), ("V", "UNICODE"), ("d", "DICT"),
      ("g", "GET"), ("i", "INST"), ("l", "LIST"), ("o", "OBJ"), ("p", "PUT"), ("\u{81}", "NEWOBJ"), ("\u{82}", "EXT1"),
      ("\u{83}", "EXT2"), ("\u{84}", "EXT4"), ("\u{92}", "NEWOBJ_EX"), ("\u{96}", "BYTEARRAY8"),
      ("\u{97}", "NEXT_BUFFER"), ("\u{98}", "READONLY_BUFFER"),
    ] as [(Unicode.Scalar, String)])
  func refusedOperations(operation: Unicode.Scalar, name: String) {
    let file = LegacyFile([0x4E, UInt8(operation.value)])
    let error = #expect(throws: ResNetError.self) { try PyTorchCheckpoint(bytes: file.bytes, name: "a") }
    #expect(error?.message == "the pickle uses the operation \(name), which is not allowed")
    // Behind the first three pickles, the protocol and None.
    let before = file.bytes.count - Pickle.start.count - file.keys.count - 1 - 2
    #expect(error?.place == "a, byte \(before)")
  }

  @Test(
    "What is not allowed is refused with the line of Python that saves the weights alone, of a dictionary or a module")
  func remedies() throws {
    let arguments = P.global("argparse", "Namespace")
    for (value, line) in [
      (
        P.join(P.emptyDictionary, P.mark, P.text("args"), arguments),
        "c = torch.load(\"x.pth\", weights_only=False); torch.save({k: c[k] for k in "
          + "[\"state_dict\", \"model_state_dict\", \"model\", \"net\"] if k in c}, \"weights.pth\")"
      ),
      (arguments, "torch.save(torch.load(\"x.pth\", weights_only=False).state_dict(), \"weights.pth\")"),
    ] {
      let error = try #require(throws: ResNetError.self) {
        try PyTorchCheckpoint(bytes: LegacyFile(value).bytes, name: "a")
      }
      #expect(error.message.contains("'argparse.Namespace', which is not allowed"))
      #expect(error.remedy == "If you trust the file, save the weights alone in Python: " + line)
    }
  }

  @Test("What is allowed builds what Python would: stack, memo, old texts, long numbers")
  func allowed() throws {
    let vector = P.tensor(P.storage(count: 2), sizes: [2], strides: [1])
    let value = P.join(
      // None twice, and taken away; up to a mark, and a mark alone.
      P.none, [0x32, 0x30, 0x30], P.mark, P.none, [0x31], P.mark, [0x30],
      // Numbers of 0 and 9 bytes, strings of Python 2, bytes, a set of nothing.
      [0x8A, 0, 0x30, 0x8A, 9], P.repeated(9, [1]), [0x30], [0x55, 1, 0xFF, 0x30, 0x54, 1, 0, 0, 0, 0x41, 0x30],
      [0x8E, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x30], [0x28, 0x91, 0x30],
      // A dictionary as Python 2 has it: of pairs.
      P.global("collections", "OrderedDict"), [0x5D], P.mark, [0x55, 6], Array("weight".utf8), vector,
      [0x86, 0x65, 0x85], P.reduce,
      // Remembered and recalled under a large number, and given attributes.
      [0x72, 1, 0, 1, 0, 0x30, 0x6A, 1, 0, 1, 0], P.none, [0x62])
    let numbers = P.join(P.little(2, 8), P.little(0x3F80_0000, 4), P.little(0x4000_0000, 4))
    let file = try PyTorchCheckpoint(bytes: LegacyFile(value, numbers: numbers).bytes, name: "a")
    #expect(file.entries.map(\.name) == ["weight"])
    #expect(try file.tensor(file.entries[0]) == Tensor(shape: [2], scalars: [1, 2]))
  }

  @Test("A tensor's name of more than 1000 bytes is refused before it is compared with others")
  func longName() throws {
    func file(_ count: Int) throws -> PyTorchCheckpoint {
      let tensor = P.tensor(P.storage(count: 1), sizes: [1], strides: [1])
      let value = P.join(P.emptyDictionary, P.text(String(repeating: "x", count: count)), tensor, P.setItem)
      return try PyTorchCheckpoint(
        bytes: LegacyFile(value, numbers: P.join(P.little(1, 8), [0, 0, 0, 0])).bytes, name: "a")
    }
    #expect(try file(1000).entries.count == 1)
    let error = #expect(throws: ResNetError.self) { try file(1001) }
    #expect(error?.code == .data)
    #expect(error?.message.hasSuffix("has more than 1000 bytes") == true)
  }

  @Test("Two tensors of one name are refused")
  func twice() {
    let tensor = P.tensor(P.storage(count: 1), sizes: [1], strides: [1])
    let value = P.join(P.emptyDictionary, P.mark, P.text("a"), tensor, P.text("a"), tensor, [0x75])
    let file = LegacyFile(value, numbers: P.join(P.little(1, 8), [0, 0, 0, 0]))
    let error = #expect(throws: ResNetError.self) { try PyTorchCheckpoint(bytes: file.bytes, name: "a") }
    #expect(error?.message == "the tensor 'a' is there twice")
  }
}
