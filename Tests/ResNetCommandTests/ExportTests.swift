import Foundation
import ResNet
import Testing

@Suite struct ExportTests {
  /// A folder with a model, of a mean a channel or of a mean image.
  private func folder(perPixel: Bool = false) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let mean = Tensor(repeating: 0.5, shape: [3, 8, 8])
    try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["cat", "dog"],
      preprocessing: perPixel
        ? Preprocessing(meanImage: mean, deviation: [1, 1, 1]) : Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1]),
      seed: 1
    ).write(to: folder.path + "/model.safetensors")
    return folder
  }

  @Test("A model is exported, and what goes in and comes out is told", arguments: [".", "model.safetensors"])
  func export(model: String) throws {
    let folder = try folder()
    let result = try Tool.run(["export", model, "-o", "m.onnx"], in: folder.path)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(
      result.output == """
        resnet8, 74770 parameters, operator set 13
        input [batch, 3, 8, 8], logits [batch, 2]
        m.onnx holds the network

        """)
    try Model(contentsOf: folder.path).writeONNX(to: folder.path + "/own.onnx")
    let files = try ["m", "own"].map { try Data(contentsOf: URL(filePath: "\(folder.path)/\($0).onnx")) }
    #expect(files[0] == files[1] && files[0].count > 4 * 74770)
  }

  @Test("Where a mean image has to be subtracted, that is told")
  func meanImage() throws {
    let folder = try folder(perPixel: true)
    let result = try Tool.run(["export", ".", "--output", "m.onnx"], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("\nimages need the mean image subtracted: "), "\(result.output)")
  }

  @Test("A model is written as safetensors too, in half precision, or as it was at a checkpoint")
  func safetensors() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
    let training = try Tool.run(
      [
        "train", "--network", "resnet8", "--data", "data", "--output", "run", "--epochs", "2", "--batch", "10",
        "--checkpoint-every", "1", "--precision", "f32",
      ], in: folder.path)
    #expect(training.status == 0, "\(training.errors)")
    for (arguments, file) in [(["--type", "f16"], "half"), (["--step", "2"], "early"), ([], "same")] {
      let result = try Tool.run(["export", "run", "-o", file + ".safetensors"] + arguments, in: folder.path)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(result.output == "resnet8, 75290 parameters\n\(file).safetensors holds the model\n")
    }
    let model = try Model(contentsOf: folder.path + "/run")
    let half = try Model(contentsOf: folder.path + "/half.safetensors")
    let early = try Model(contentsOf: folder.path + "/early.safetensors")
    #expect(half.classes == model.classes && half.preprocessing == model.preprocessing)
    for (name, tensor) in model.parameters {
      let rounded = try #require(half.parameters[name])
      #expect(zip(tensor.scalars, rounded.scalars).allSatisfy { abs($0 - $1) <= max(abs($0) * 0x1p-11, 0x1p-25) })
    }
    #expect(early.parameters != model.parameters)
    #expect(early.figures?.step == 2 && early.figures?.epoch == 1 && half.figures == nil)
    // In capitals it is the same kind of file.
    let capitals = try Tool.run(["export", "run", "-o", "UP.SAFETENSORS", "--step", "3"], in: folder.path)
    #expect(capitals.output.hasSuffix("UP.SAFETENSORS holds the model\n"), "\(capitals.errors)")
    #expect(try Model(contentsOf: folder.path + "/UP.SAFETENSORS").figures == nil)
    #expect(try early.parameters == RunFolder.model(in: folder.path + "/run", step: 2).parameters)
    let files = try ["run/model", "same", "half"].map {
      try Data(contentsOf: URL(filePath: "\(folder.path)/\($0).safetensors"))
    }
    #expect(files[0] == files[1])
    #expect(files[2].count < files[0].count * 6 / 10)
    let missing = try Tool.run(["export", "run", "-o", "m.safetensors", "--step", "99"], in: folder.path)
    #expect(missing.status == 65 && missing.errors.contains("There are those of 2, 3, 4"), "\(missing.errors)")
  }

  @Test("What cannot be exported is refused in one line, and nothing is written")
  func refusals() throws {
    let folder = try folder()
    func refused(_ arguments: [String], status: Int32, _ word: String) throws {
      let result = try Tool.run(["export"] + arguments, in: folder.path)
      #expect(result.status == status && result.errors.contains(word), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1 && result.output.isEmpty, "\(result.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
    }
    try refused([".", "-o", "./model.safetensors"], status: 64, "would take the place of the model")
    try refused(["none", "-o", "m.onnx"], status: 65, "none: there is no such file or folder")
    try refused([".", "-o", "none/m.onnx"], status: 74, "none/m.onnx: cannot be written")
    try refused(["."], status: 64, "--output")
    try refused([".", "-o", "m.onnx", "--type", "f16"], status: 64, "--type is for safetensors files")
    try refused([".", "-o", "m.safetensors", "--type", "f8"], status: 64, "--type")
    try refused([".", "-o", "m.safetensors", "--step", "3"], status: 65, "the run has no checkpoint of step 3")
    let (whole, path) = (try Data(contentsOf: URL(filePath: folder.path + "/model.safetensors")), folder.path)
    try whole.prefix(1000).write(to: URL(filePath: path + "/model.safetensors"))
    try refused([".", "-o", "m.onnx"], status: 65, "model.safetensors")
  }
}
