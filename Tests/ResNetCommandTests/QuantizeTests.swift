import Foundation
import ResNet
import Testing

@Suite(.computesInIntegers)
struct QuantizeTests {
  /// A folder with the small CIFAR-10 and a model that has not learned.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let data = try CIFAR10(at: folder.path).test
    try Model(
      architecture: .cifar(depth: 8), classes: data.classNames, preprocessing: .perChannel(of: data), seed: 0
    ).write(to: folder.path + "/model.safetensors")
    return folder
  }

  private func quantize(_ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(["quantize"] + arguments + ["--threads", "1"], in: folder.path)
  }

  @Test("A model is quantised, says what it came to, and is measured in integers from then on")
  func text() throws {
    let folder = try folder()
    let result = try quantize(".", "--data", ".", "--output", "small.safetensors", "--images", "8", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines[0] == "resnet8 in integers of 8 bits: weights, and the outputs of 9 layers")
    #expect(lines[1] == "calibrated on 8 images of CIFAR-10 training")
    #expect(lines[2].hasPrefix("small.safetensors: ") && lines[2].contains(" KiB, before "))
    #expect(lines[3].hasPrefix("CIFAR-10 test (4 images): error ") && lines[3].contains(", before "))
    #expect(lines.count == 4)
    let model = try Model(contentsOf: folder.path + "/small.safetensors")
    #expect(model.quantization != nil)
    func loss(_ arguments: String...) throws -> Double {
      let result = try Tool.run(
        ["evaluate", "small.safetensors", "--data", ".", "--json", "--threads", "1"] + arguments, in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      return try JSONDecoder().decode(Evaluation.self, from: Data(result.output.utf8)).loss
    }
    let (own, single) = (try loss(), try loss("--precision", "f32"))
    #expect(own != single && abs(own - single) < 0.1)
  }

  @Test("The JSON says the same")
  func json() throws {
    let folder = try folder()
    let result = try quantize("model.safetensors", "--data", ".", "--output", "a.safetensors", "--json", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "bytesAfter", "bytesBefore", "dataSet", "images", "layers", "model", "network", "output", "test",
      ])
    #expect(object["images"] as? Int == 20)
    #expect((object["test"] as? [String: Any])?.keys.sorted() == ["after", "before"])
  }

  @Test("What cannot be done is refused before anything is written")
  func refusals() throws {
    let folder = try folder()
    let own = try quantize("model.safetensors", "--data", ".", "--output", "./model.safetensors", in: folder)
    #expect(own.status == 64 && own.errors.contains("take the place of the model"), "\(own.errors)")
    let none = try quantize("model.safetensors", "--data", ".", "--output", "a", "--images", "0", in: folder)
    #expect(none.status == 64 && none.errors.contains("at least 1 image"), "\(none.errors)")
    let missing = try quantize("nowhere", "--data", ".", "--output", "a", in: folder)
    #expect(missing.status == 65 && missing.errors.contains("nowhere"))
    for number in 1...5 { try FileManager.default.removeItem(atPath: "\(folder.path)/data_batch_\(number).bin") }
    let untrained = try quantize("model.safetensors", "--data", ".", "--output", "a", in: folder)
    #expect(untrained.status == 65, "\(untrained.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a"))
  }
}
