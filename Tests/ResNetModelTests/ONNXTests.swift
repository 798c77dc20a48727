import Foundation
import ResNetCore
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetModel

@Suite struct ONNXTests {
  private func fields(_ model: Model) throws -> ProtobufFields {
    try withTemporaryFolder { folder in
      try model.writeONNX(to: folder + "/m.onnx")
      return try ProtobufFields(contents(folder + "/m.onnx"))
    }
  }

  @Test("The file says what it is, what goes in and what comes out")
  func model() throws {
    let model = try fields(sample())
    #expect(model.numbers(1) == [7] && model.texts(2) == ["swift-resnet"] && model.texts(3) == [packageVersion])
    let operators = try #require(try model.messages(8).first)
    #expect(operators.texts(1).isEmpty && operators.numbers(2) == [13] && Model.onnxOperatorSet == 13)
    let graph = try #require(try model.messages(7).first)
    #expect(graph.texts(2) == ["resnet8"])
    func sizes(_ field: Int, _ name: String) throws -> [String] {
      let values = try graph.messages(field)
      #expect(values.map { $0.texts(1) } == [[name]])
      let tensor = try #require(try values[0].messages(2).first?.messages(1).first)
      #expect(tensor.numbers(1) == [1])
      return try #require(try tensor.messages(2).first).messages(1).map {
        $0.texts(2).first ?? $0.numbers(1).map(String.init).joined()
      }
    }
    #expect(try sizes(11, "input") == ["batch", "3", "8", "8"])
    #expect(try sizes(12, "logits") == ["batch", "3"])
  }

  @Test("Metadata are the texts of the model's own file, in the order of their keys")
  func metadata() throws {
    for perPixel in [false, true] {
      let model = try sample(perPixel: perPixel)
      let entries = try fields(model).messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) }
      #expect(entries.map(\.0) == entries.map(\.0).sorted())
      #expect(Dictionary(uniqueKeysWithValues: entries) == (try model.fileContents().metadata))
      #expect(entries.contains { $0.0 == "resnet.classes" && $0.1.contains("cat") })
    }
  }

  @Test("Parameters are there bit for bit under their names, and a mean image beside them, which no operator takes")
  func initializers() throws {
    let model = try sample(perPixel: true)
    let graph = try #require(try fields(model).messages(7).first)
    var found: [String: Tensor] = [:]
    for array in try graph.messages(5) where array.numbers(2) == [1] {
      let scalars = array.data(9)[0].withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { Float(bitPattern: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
      }
      found[array.texts(8)[0]] = Tensor(shape: Shape(array.numbers(1)), scalars: scalars)
    }
    var expected = model.parameters
    expected["preprocessing.mean"] = model.preprocessing.meanImage
    #expect(found == expected)
    #expect(try !graph.messages(1).contains { $0.texts(1).contains("preprocessing.mean") })
  }

  @Test("Every value that a node takes is there before it, and no name is given twice", arguments: ["a", "b", "d"])
  func nodes(shortcut: String) throws {
    let architecture = try Architecture(
      json: """
        {"name": "n", "input": [3, 9, 9], "stem": {"kind": "cifar", "width": 4}, "shortcut": "\(shortcut)",
         "block": {"branch": [{"kernel": 3}, {"kernel": 3, "groups": 2}], "squeeze": 2, "dropout": 0.5},
         "carry": "\(shortcut == "a" ? "half" : "whole")",
         "stages": [{"blocks": 1, "width": 4}, {"blocks": 1, "width": 8, "stride": 2}]}
        """)
    let model = try Model(
      architecture: architecture, classes: ["x"], preprocessing: Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1]),
      seed: 0)
    let graph = try #require(try fields(model).messages(7).first)
    var known = try Set(graph.messages(5).map { $0.texts(8)[0] } + ["input"])
    let nodes = try graph.messages(1)
    for node in nodes {
      #expect(known.isSuperset(of: node.texts(1)), "\(node.texts(2))")
      #expect(node.texts(3) == node.texts(2) && known.insert(node.texts(2)[0]).inserted, "\(node.texts(2))")
    }
    #expect(nodes.last?.texts(2) == ["logits"])
    let kinds = Set(nodes.flatMap { $0.texts(4) })
    let usual: Set = ["Conv", "BatchNormalization", "Relu", "Add", "Mul", "Sigmoid", "GlobalAveragePool", "Gemm"]
    #expect(kinds.isSuperset(of: usual), "\(kinds)")
    #expect(kinds.isSuperset(of: ["a": ["Pad", "Slice"], "d": ["AveragePool"]][shortcut] ?? []), "\(kinds)")
    let groups = try nodes.filter { $0.texts(4) == ["Conv"] }.map { node in
      try node.messages(5).first { $0.texts(1) == ["group"] }?.numbers(3)
    }
    #expect(groups.contains([2]) && groups.contains([1]) && !groups.contains(nil))
  }

  @Test("Equal models give equal bytes, and what is there already is replaced")
  func determinism() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b", "a"] { try sample().writeONNX(to: "\(folder)/\(name)") }
      #expect(try contents(folder + "/a") == contents(folder + "/b"))
      try sample(seed: 2).writeONNX(to: folder + "/b")
      #expect(try contents(folder + "/a") != contents(folder + "/b"))
    }
  }

  @Test("A file that protobuf's readers would not take is refused with its size, and nothing is written")
  func tooLarge() throws {
    try withTemporaryFolder { folder in
      let (file, path) = (try sample().onnx(), folder + "/m.onnx")
      try file.write(to: path)
      let size = try contents(path).count
      try FileManager.default.removeItem(atPath: path)
      #expect(ONNXFile.maximumLength == 2_147_483_647)
      let error = #expect(throws: ResNetError.self) { try file.write(to: path, atMost: size - 1) }
      #expect(error?.code == .usage && error?.message.contains("\(size) bytes") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      try file.write(to: path, atMost: size)
      #expect(throws: ResNetError.self) { try file.write(to: folder) }
    }
  }
}
