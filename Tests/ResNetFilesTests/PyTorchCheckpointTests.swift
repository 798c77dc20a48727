import Foundation
import ResNetCore
import ResNetFiles
import Testing

/// What PyTorch wrote (`Scripts/fixtures/make_checkpoints.py`) and what it must be read as.
@Suite struct PyTorchCheckpointTests {
  private func fixture(_ name: String) throws -> PyTorchCheckpoint {
    try PyTorchCheckpoint(contentsOf: packageFolder + "/Tests/Fixtures/checkpoints/" + name)
  }

  private func tensor(_ name: String, in file: PyTorchCheckpoint) throws -> Tensor {
    try file.tensor(#require(file.entries.first { $0.name == name }, "\(name)"))
  }

  @Test("Every type that has real numbers is read as floats, in both formats", arguments: ["types", "types-legacy"])
  func types(name: String) throws {
    let file = try fixture(name + ".pth")
    #expect(file.format == (name == "types" ? .zip : .legacy))
    #expect(file.stateDictKey == nil)
    let types: [(String, ElementType)] = [
      ("float32", .float32), ("float64", .float64), ("float16", .float16), ("bfloat16", .bfloat16), ("bool", .bool),
      ("uint8", .uint8), ("int8", .int8), ("int16", .int16), ("int32", .int32), ("int64", .int64), ("uint16", .uint16),
      ("float8_e5m2", .float8E5M2),
    ]
    #expect(file.entries.map(\.name) == types.map(\.0))
    #expect(file.entries.map(\.type) == types.map(\.1))
    for entry in file.entries {
      #expect(entry.shape == [2, 3])
      if entry.type == .float8E5M2 {
        let error = #expect(throws: ResNetError.self) { try file.tensor(entry) }
        #expect(error?.message == "elements of type F8_E5M2 cannot be read")
        #expect(error?.place?.hasSuffix("\(name).pth, 'float8_e5m2'") == true)
      } else {
        #expect(try file.tensor(entry).scalars == (entry.type == .bool ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]))
      }
    }
  }

  @Test("Views of one storage are what they are in PyTorch, in both formats", arguments: ["views", "views-legacy"])
  func views(name: String) throws {
    let file = try fixture(name + ".pth")
    let base = (0..<24).map(Float.init)
    #expect(try tensor("base", in: file) == Tensor(shape: [2, 3, 4], scalars: base))
    var transposed: [Float] = []
    for k in 0..<4 { for j in 0..<3 { for i in 0..<2 { transposed.append(base[12 * i + 4 * j + k]) } } }
    #expect(try tensor("transposed", in: file) == Tensor(shape: [4, 3, 2], scalars: transposed))
    #expect(try tensor("second", in: file) == Tensor(shape: [3, 4], scalars: Array(base[12...])))
    let columns = base.filter { Int($0) % 2 == 1 }
    #expect(try tensor("columns", in: file) == Tensor(shape: [2, 3, 2], scalars: columns))
    #expect(try tensor("diagonal", in: file) == Tensor(shape: [3], scalars: [0, 5, 10]))
    #expect(try tensor("expanded", in: file) == Tensor(repeating: 23, shape: [2, 3]))
    #expect(try tensor("scalar", in: file) == Tensor(shape: [], scalars: [7]))
    #expect(try tensor("none", in: file) == Tensor(shape: [0, 3], scalars: []))
    #expect(try tensor("channels_last", in: file) == Tensor(shape: [1, 2, 2, 4], scalars: (0..<16).map(Float.init)))
    let (first, second) = (file.entries[0], file.entries[2])
    #expect(second.position == first.position + 48 && second.strides == [4, 1])
  }

  @Test(
    "A state dict is found among what training scripts keep, in every format and protocol",
    arguments: [
      ("checkpoint", "state_dict"), ("checkpoint-legacy", "model_state_dict"), ("checkpoint-protocol4", "model"),
      ("checkpoint-legacy-protocol5", "net"),
    ])
  func stateDict(name: String, key: String) throws {
    let file = try fixture(name + ".pth")
    #expect(file.stateDictKey == key)
    #expect(
      file.entries.map(\.name) == [
        "module.0.weight", "module.0.bias", "module.1.weight", "module.1.bias", "module.1.running_mean",
        "module.1.running_var", "module.1.num_batches_tracked",
      ])
    #expect(try tensor("module.0.weight", in: file) == Tensor(shape: [3, 2], scalars: [0, 1, 2, 3, 4, 5]))
    #expect(try tensor("module.1.num_batches_tracked", in: file) == Tensor(shape: [], scalars: [1]))
  }

  @Test("Parameters are read as tensors")
  func parameter() throws {
    #expect(try tensor("weight", in: fixture("parameter.pth")) == Tensor(shape: [3], scalars: [0, 1, 2]))
  }

  @Test("A whole network is refused with the class that Python would run, and where it is")
  func module() {
    let error = #expect(throws: ResNetError.self) { try fixture("module.pth") }
    #expect(error?.message.contains("'torch.nn.modules.linear.Linear', which is not allowed") == true)
    #expect(error?.place?.contains("module.pth, byte ") == true)
    #expect(error?.remedy.contains("state_dict()") == true)
    #expect(error?.code == .data)
  }

  @Test(
    "A checkpoint without tensors by name is refused", arguments: [("list", "is a list"), ("no-tensors", "no tensors")])
  func nothing(name: String, word: String) {
    let error = #expect(throws: ResNetError.self) { try fixture(name + ".pth") }
    #expect(error?.message.contains(word) == true)
    #expect(error?.remedy.contains("torch.save") == true)
  }

  @Test(
    "Every truncation is refused or leaves out numbers that are then missed",
    arguments: ["checkpoint", "checkpoint-legacy", "views-legacy"])
  func truncations(name: String) throws {
    let sound = try contents(packageFolder + "/Tests/Fixtures/checkpoints/\(name).pth")
    for length in 0..<sound.count {
      #expect(throws: ResNetError.self) { try PyTorchCheckpoint(bytes: Array(sound[..<length]), name: "a") }
    }
  }

  @Test(
    "Flipped, doubled and lost bytes give an error or a file that can be read, never a crash",
    arguments: ["checkpoint", "checkpoint-legacy", "views", "views-legacy", "types", "checkpoint-protocol4"])
  func randomDamage(name: String) throws {
    let sound = try contents(packageFolder + "/Tests/Fixtures/checkpoints/\(name).pth")
    var numbers = RandomNumbers(seed: 1, purpose: .testing)
    var refused = 0
    for _ in 0..<3000 {
      var bytes = sound
      for _ in 0...numbers.integer(below: 3) {
        let place = numbers.integer(below: bytes.count)
        switch numbers.integer(below: 3) {
        case 0: bytes[place] = UInt8(numbers.integer(below: 256))
        case 1: bytes.insert(bytes[place], at: place)
        default: bytes.remove(at: place)
        }
      }
      do {
        let file = try PyTorchCheckpoint(bytes: bytes, name: "a")
        for entry in file.entries { _ = try? file.tensor(entry) }
      } catch is ResNetError {
        refused += 1
      }
    }
    #expect(refused > 100)
  }
}
