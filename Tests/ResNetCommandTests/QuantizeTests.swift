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

  @Test("A model is read through a link, its file's own size told, and one image is one image")
  func link() throws {
    let folder = try folder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.safetensors", withDestinationPath: "model.safetensors")
    let result = try quantize("link.safetensors", "--data", ".", "--output", "a", "--images", "1", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("calibrated on 1 image of CIFAR-10 training\n"), "\(result.output)")
    #expect(!result.output.contains("before 1 KiB"), "\(result.output)")
  }

  @Test("A model that is quantised already is refused")
  func again() throws {
    let folder = try folder()
    let first = try quantize("model.safetensors", "--data", ".", "--output", "a", "--images", "1", in: folder)
    #expect(first.status == 0, "\(first.errors)")
    let second = try quantize("a", "--data", ".", "--output", "b", in: folder)
    #expect(second.status == 64 && second.errors.contains("a: the model is quantised already"), "\(second.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/b"))
  }

  @Test("What cannot be done is refused before anything is written")
  func refusals() throws {
    let folder = try folder()
    let own = try quantize("model.safetensors", "--data", ".", "--output", "./model.safetensors", in: folder)
    #expect(own.status == 64 && own.errors.contains("take the place of the model"), "\(own.errors)")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.safetensors", withDestinationPath: "model.safetensors")
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/model.safetensors"))
    let linked = try quantize("model.safetensors", "--data", ".", "--output", "link.safetensors", in: folder)
    #expect(linked.status == 64 && linked.errors.contains("take the place of the model"), "\(linked.errors)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/model.safetensors")) == before)
    // Before the data is looked at.
    let nowhere = try quantize("model.safetensors", "--data", "none", "--output", "none/a", in: folder)
    #expect(nowhere.status == 74 && nowhere.errors.contains("none/a: cannot be written"), "\(nowhere.errors)")
    let place = try quantize("model.safetensors", "--data", ".", "--output", ".", in: folder)
    #expect(place.status == 74 && place.errors.contains("Is a directory"), "\(place.errors)")
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
