import Foundation
import ResNetCore
import ResNetFiles
import Testing

@Suite struct HostileSafetensorsTests {
  private static let one = #"{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#

  private static func tensor(_ shape: String, _ offsets: String = "[0,4]", type: String = "\"U8\"") -> String {
    #"{"a":{"dtype":\#(type),"shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }

  /// Headers with four bytes of data behind them, each with a word of the error that they must give.
  static let damaged: [(String, String)] = [
    ("", "begin with"),
    (" {}", "begin with"),
    ("\u{FEFF}{}", "begin with"),
    ("[]", "begin with"),
    ("{", "too early"),
    ("{}", "take 0 bytes, but 4"),
    (#"{"a":\#(one),"a":\#(one)}"#, "twice"),
    (#"{"a":\#(one),"\u0061":\#(one)}"#, "twice"),
    (#"{"a":\#(one)}x"#, "goes on"),
    ("{\"a\":\(one)}\n", "goes on"),
    (#"{"a":\#(one),}"#, "needed"),
    (#"{"a":\#(one)"#, "too early"),
    (#"{"a":1}"#, "needed"),
    (#"{"a":{}}"#, "lacks"),
    (#"{"a":{"dtype":"U8","shape":[4]}}"#, "lacks"),
    (#"{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, "twice"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}}"#, "no part"),
    (tensor("[4]", type: "\"F31\""), "F31"),
    (tensor("[4]", type: "\"u8\""), "u8"),
    (tensor("[4]", type: "8"), "needed"),
    (tensor("[5]"), "cannot take"),
    (tensor("[1e999]"), "integer"),
    (tensor("[-4]"), "integer"),
    (tensor("[4.0]"), "integer"),
    (tensor("[4e0]"), "integer"),
    (tensor("[04]"), "integer"),
    (tensor("[+4]"), "integer"),
    (tensor("[\"4\"]"), "integer"),
    (tensor("[99999999999999999999]"), "too large"),
    (tensor("[9223372036854775807,9223372036854775807]"), "cannot take"),
    (tensor("[9223372036854775807,2,0]", "[0,0]"), "cannot take"),
    (tensor("[4611686018427387905]", type: "\"F32\""), "cannot take"),
    (tensor("[" + Array(repeating: "1", count: 33).joined(separator: ",") + "]"), "more than 32"),
    (tensor("[4]", "[4,0]"), "ends before"),
    (tensor("[4]", "[0]"), "lacks"),
    (tensor("[4]", "[0,4,8]"), "more than 2"),
    (tensor("[4]", "[9223372036854775803,9223372036854775807]"), "hole"),
    (tensor("[3]", "[1,4]"), "hole"),
    (tensor("[3]", "[0,3]"), "take 3 bytes, but 4"),
    (tensor("[8]", "[0,8]"), "take 8 bytes, but 4"),
    (#"{"a":\#(one),"b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, "overlaps"),
    (#"{"a":\#(one),"b":\#(one)}"#, "overlaps"),
    (#"{"__metadata__":{"a":1}}"#, "string"),
    (#"{"__metadata__":{"a":"1","a":"1"}}"#, "twice"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, "twice"),
    (#"{"__metadata__":[]}"#, "needed"),
    (#"{"a\ud800":\#(one)}"#, "surrogate"),
    (#"{"a\udc00\ud800":\#(one)}"#, "surrogate"),
    (#"{"a\x":\#(one)}"#, "escape"),
    (#"{"a\u12g4":\#(one)}"#, "hexadecimal"),
    ("{\"a\n\":\(one)}", "control"),
    (#"{"a"#, "does not end"),
    (String(repeating: "{\"a\":", count: 50_000), "no part"),
    ("{\"a\":" + String(repeating: "[", count: 100_000), "needed"),
    (tensor(String(repeating: "[", count: 100_000)), "integer"),
  ]

  @Test("A damaged header is refused with what is wrong with it", arguments: damaged)
  func damagedHeaders(header: String, word: String) {
    let error = #expect(throws: ResNetError.self) {
      try Safetensors(bytes: file(header, data: 4), name: "a.safetensors")
    }
    #expect(error?.code == .data)
    #expect(error?.message.contains(word) == true, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.place?.hasPrefix("a.safetensors") == true)
    #expect((error?.description.utf8.count ?? 0) < 600)
  }

  @Test(
    "A header that is not UTF-8 is refused",
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) {
    let header = Array("{\"a".utf8) + bytes + Array("\":\(Self.one)}".utf8)
    let error = #expect(throws: ResNetError.self) { try Safetensors(bytes: file(header, data: 4), name: "a") }
    #expect(error?.message.contains("UTF-8") == true)
  }

  @Test(
    "A header length that lies is refused before memory is taken",
    arguments: [0, 1, 1000, 100_000_000, 100_000_001, 1 << 63, .max] as [UInt64])
  func lyingLength(length: UInt64) {
    #expect(throws: ResNetError.self) {
      try Safetensors(bytes: file(#"{"a":\#(Self.one)}"#, data: 4, length: length), name: "a")
    }
  }

  @Test("Bytes after the data are refused")
  func trailingBytes() throws {
    let sound = try sample()
    #expect(throws: ResNetError.self) { try Safetensors(bytes: sound + [0], name: "a") }
  }

  @Test("Every truncation is refused, in memory and on disk")
  func truncations() throws {
    let sound = try sample()
    try withTemporaryFolder { folder in
      for length in 0..<sound.count {
        #expect(throws: ResNetError.self) { try Safetensors(bytes: Array(sound[..<length]), name: "a") }
      }
      for length in stride(from: 0, to: sound.count, by: 17) {
        try Data(sound[..<length]).write(to: URL(fileURLWithPath: folder + "/a"))
        #expect(throws: ResNetError.self) { try Safetensors(contentsOf: folder + "/a") }
      }
    }
  }

  @Test("Flipped, doubled and lost bytes give an error or a file that can be read, never a crash")
  func randomDamage() throws {
    let sound = try sample()
    var numbers = RandomNumbers(seed: 1, purpose: .testing)
    var refused = 0
    for _ in 0..<6000 {
      var bytes = sound
      for _ in 0...numbers.integer(below: 4) {
        let position = numbers.integer(below: bytes.count)
        switch numbers.integer(below: 5) {
        case 0: bytes[position] ^= 1 << UInt8(numbers.integer(below: 8))
        case 1: bytes[position] = UInt8(numbers.integer(below: 256))
        case 2: bytes.insert(bytes[position], at: position)
        case 3: bytes.remove(at: position)
        // Digits and punctuation get further into the reader than noise does.
        default: bytes[position] = Array("0123456789[]{}\",:\\-.eu".utf8)[numbers.integer(below: 22)]
        }
      }
      do {
        let file = try Safetensors(bytes: bytes, name: "a")
        for entry in file.entries { _ = try? file.tensor(entry) }
      } catch is ResNetError {
        refused += 1
      }
    }
    #expect(refused > 3000)
  }

  @Test("A file that shrinks after it was opened gives an error")
  func shrinks() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try Data(try sample()).write(to: URL(fileURLWithPath: path))
      let file = try Safetensors(contentsOf: path)
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 100)
      try handle.close()
      let error = #expect(throws: ResNetError.self) { try file.tensor(file.entries[0]) }
      #expect(error?.message.contains("too early") == true)
    }
  }

  @Test("A long name with control characters is shown short and harmless")
  func hostileNames() {
    let name = "\\u001b[31m" + String(repeating: "x", count: 100_000)
    let error = #expect(throws: ResNetError.self) { try Safetensors(bytes: file(#"{"\#(name)":{}}"#), name: "a") }
    #expect(error?.description.contains("\u{1B}") == false)
    #expect((error?.description.utf8.count ?? 0) < 400)
  }

  private func sample() throws -> [UInt8] {
    try Safetensors.encode(
      ["conv1.weight": Tensor(repeating: 1, shape: [2, 3]), "fc.bias": Tensor(repeating: 2, shape: [5])],
      metadata: ["format": "1", "classes": "[\"cat\",\"dog\"]"])
  }
}
