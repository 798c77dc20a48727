import ResNetCore
import Testing

@testable import ResNetFiles

@Suite struct SafetensorsTests {
  private let tensors: [String: Tensor] = [
    "conv1.weight": Tensor(shape: [2, 1, 1, 3], scalars: [1, -0.0, .infinity, Float(bitPattern: 1), -2.5, 3]),
    "Überraschung \"\\\n": Tensor(shape: [], scalars: [7]),
    "empty": Tensor(shape: [0, 4], scalars: []),
    "nan": Tensor(shape: [1], scalars: [Float(bitPattern: 0x7F81_2345)]),
  ]

  @Test("What is written is read again, bit for bit, from memory and from a file")
  func roundTrip() throws {
    let metadata = ["b": "two\u{1}", "a": "ünö 🦊"]
    try withTemporaryFolder { folder in
      try Safetensors.write(tensors, metadata: metadata, to: folder + "/a.safetensors")
      let bytes = try Safetensors.encode(tensors, metadata: metadata)
      #expect(try contents(folder + "/a.safetensors") == bytes)
      for file in try [Safetensors(bytes: bytes, name: "memory"), Safetensors(contentsOf: folder + "/a.safetensors")] {
        #expect(file.entries.map(\.name) == ["conv1.weight", "empty", "nan", "Überraschung \"\\\n"])
        #expect(file.metadata.map(\.key) == ["a", "b"])
        #expect(file.metadata("b") == "two\u{1}")
        #expect(file.metadata("c") == nil)
        for (name, tensor) in tensors {
          let read = try file.tensor(named: name)
          #expect(read.shape == tensor.shape)
          #expect(read.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
        }
        #expect(throws: ResNetError.self) { try file.tensor(named: "conv2.weight") }
      }
      #expect(try names(in: folder) == ["a.safetensors"])
    }
  }

  @Test("Equal contents give equal bytes, keys in order, data at a multiple of eight")
  func deterministicBytes() throws {
    let tensors = ["b": Tensor(shape: [1], scalars: [2]), "a": Tensor(shape: [1, 1], scalars: [1])]
    let bytes = try Safetensors.encode(tensors, metadata: ["z": "1", "y": "/"])
    let header =
      #"{"__metadata__":{"y":"/","z":"1"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(bytes.prefix(8 + padded.utf8.count).dropFirst(8).elementsEqual(padded.utf8))
    #expect(bytes.suffix(8) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    #expect(try Safetensors.encode(["a": Tensor(repeating: 1, shape: [3])]).count % 8 == 4)
  }

  @Test("Every number of half precision is written as it was read, and others as the nearest")
  func halfRounding() {
    for bits in UInt16.min...UInt16.max {
      let value = ElementType.float(half: bits)
      let again = ElementType.half(value)
      #expect(value.isNaN ? ElementType.float(half: again).isNaN : again == bits, "\(bits)")
    }
    // Between two neighbours the even one is taken where both are as near; so at every binade, and below all of them.
    for bits in stride(from: UInt16(0), to: 0x7BFF, by: 37) {
      let (low, high) = (ElementType.float(half: bits), ElementType.float(half: bits + 1))
      let middle = (low + high) / 2
      #expect(ElementType.half(middle) == (bits % 2 == 0 ? bits : bits + 1))
      #expect(ElementType.half(middle.nextDown) == bits && ElementType.half(middle.nextUp) == bits + 1)
      #expect(ElementType.half(-middle.nextUp) == bits + 1 | 0x8000)
    }
    #expect(ElementType.half(65519) == 0x7BFF && ElementType.half(65520) == 0x7C00)
    #expect(ElementType.half(.leastNonzeroMagnitude) == 0 && ElementType.half(-0.0) == 0x8000)
    #expect(ElementType.half(-.infinity) == 0xFC00 && ElementType.half(.greatestFiniteMagnitude) == 0x7C00)
  }

  @Test("Tensors in half precision take half the room and are read rounded; what would be infinite is refused")
  func halfFile() throws {
    let tensors = ["b": Tensor(shape: [3], scalars: [1, -0.1, .infinity]), "a": Tensor(shape: [], scalars: [65519])]
    let integers = ["c": Int8Tensor(shape: [1], scalars: [7])]
    let file = try Safetensors(
      bytes: Safetensors.encode(tensors, as: .float16, integers: integers), name: "memory")
    #expect(file.entries.map(\.type) == [.float16, .float16, .int8])
    #expect(file.entries.map(\.byteRange.count) == [2, 6, 1])
    #expect(try file.tensor(named: "b").scalars == [1, -0.099975586, .infinity])
    #expect(try file.tensor(named: "a").scalars == [65504])
    let error = #expect(throws: ResNetError.self) {
      try Safetensors.encode(["w": Tensor(shape: [2], scalars: [0, -65520])], as: .float16)
    }
    #expect(error?.code == .usage && error?.place == "w" && error?.message.hasPrefix("-65520.0 is too large") == true)
  }

  @Test("Integers of 8 bits stand behind the floats, and are read as they were written")
  func integers() throws {
    let integers = [
      "a": Int8Tensor(shape: [3, 1], scalars: [-128, 0, 127]), "empty": Int8Tensor(shape: [0], scalars: []),
    ]
    let bytes = try Safetensors.encode(["b": Tensor(shape: [1], scalars: [2])], integers: integers)
    #expect(bytes.suffix(7) == [0, 0, 0, 0x40, 0x80, 0, 0x7f])
    let file = try Safetensors(bytes: bytes, name: "m")
    for (name, tensor) in integers {
      let entry = try #require(file.entry(named: name))
      #expect(entry.type == .int8)
      #expect(try file.int8Tensor(entry) == tensor)
    }
    #expect(try file.tensor(named: "b").scalars == [2])
    let error = #expect(throws: ResNetError.self) { try file.int8Tensor(#require(file.entry(named: "b"))) }
    #expect(error?.message == "the tensor 'b' is of type F32, not I8")
    #expect(error?.place == "m")
  }

  @Test("One name for floats and integers is refused")
  func nameTwice() {
    let error = #expect(throws: ResNetError.self) {
      try Safetensors.encode(
        ["a": Tensor(shape: [1], scalars: [2])], integers: ["a": Int8Tensor(shape: [1], scalars: [2])])
    }
    #expect(error?.code == .usage && error?.message.contains("'a'") == true)
  }

  @Test("A tensor larger than the reader's piece is read whole")
  func large() throws {
    let scalars = (0..<600_001).map { Float($0) }
    let bytes = try Safetensors.encode(["a": Tensor(shape: [600_001], scalars: scalars)])
    #expect(try Safetensors(bytes: bytes, name: "a").tensor(named: "a").scalars == scalars)
  }

  @Test("A tensor called __metadata__ is not written")
  func reservedName() {
    let error = #expect(throws: ResNetError.self) {
      try Safetensors.encode(["__metadata__": Tensor(shape: [0], scalars: [])])
    }
    #expect(error?.code == .usage)
  }

  @Test(
    "Other float types become float32",
    arguments: [
      ("F16", [0x00, 0x3C, 0xFF, 0x7B, 0x01, 0x80, 0x00, 0xFC], [1, 65504, -0x1p-24, -.infinity]),
      ("BF16", [0x80, 0x3F, 0x49, 0xC0], [1, -3.140625]),
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], [1.5]),
    ] as [(String, [UInt8], [Float])])
  func conversion(type: String, data: [UInt8], expected: [Float]) throws {
    let header = #"{"a":{"dtype":"\#(type)","shape":[\#(expected.count)],"data_offsets":[0,\#(data.count)]}}"#
    let read = try Safetensors(bytes: file(header) + data, name: "a")
    #expect(try read.tensor(named: "a").scalars == expected)
    #expect(try read.bytes(read.entries[0]) == data)
  }

  @Test("Half precision agrees with the system's conversion for every pattern")
  func halfPrecision() {
    #if !(os(macOS) && arch(x86_64))
      for bits in UInt16.min...UInt16.max {
        let ours = ElementType.float(half: bits)
        let theirs = Float(Float16(bitPattern: bits))
        #expect(ours.isNaN ? theirs.isNaN : ours.bitPattern == theirs.bitPattern)
      }
    #endif
  }

  @Test("Every other type is listed but not taken for float", arguments: ElementType.allCases)
  func types(_ type: ElementType) throws {
    let size = type.byteCount * 3
    let header = #"{"a":{"shape":[3],"data_offsets":[0,\#(size)],"dtype":"\#(type.rawValue)"}}   "#
    let read = try Safetensors(bytes: file(header, data: size), name: "a")
    #expect(read.entries == [.init(name: "a", type: type, shape: [3], byteRange: 0..<size)])
    if [.float16, .bfloat16, .float32, .float64].contains(type) {
      #expect(throws: Never.self) { try read.tensor(named: "a") }
    } else {
      let error = #expect(throws: ResNetError.self) { try read.tensor(named: "a") }
      #expect(error?.message.contains(type.rawValue) == true)
    }
  }

  @Test("Names that are canonically equivalent are different names")
  func canonicalEquivalence() throws {
    let header =
      #"{"é":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"# + "\"e\u{301}\""
      + #":{"dtype":"U8","shape":[],"data_offsets":[4,5]}}"#
    let read = try Safetensors(bytes: file(header, data: 5), name: "a")
    #expect(read.entry(named: "é")?.type == .float32)
    #expect(read.entry(named: "e\u{301}")?.type == .uint8)
  }

  @Test(
    "Missing files, folders, pipes and devices are refused", arguments: ["/none/a", "/tmp", "/dev/null", "", "a\0b"])
  func unreadable(path: String) {
    let error = #expect(throws: ResNetError.self) { try Safetensors(contentsOf: path) }
    #expect(error?.code == (path.isEmpty || path.contains("\0") ? .usage : .data))
  }
}
