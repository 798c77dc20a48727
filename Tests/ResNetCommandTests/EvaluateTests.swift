import Foundation
import ResNet
import Testing

@Suite struct EvaluateTests {
  /// A folder with the small CIFAR-10, whose test images are of the classes 0 to 3, and models that do not look at them:
  /// `blank` holds every class for equally likely, `certain` takes everything for a truck.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let data = try CIFAR10(at: folder.path).test
    let model = try Model(
      architecture: .cifar(depth: 8), classes: data.classNames, preprocessing: .perChannel(of: data), seed: 0)
    for (name, bias) in [("blank", Float(0)), ("certain", 1000)] {
      var parameters = model.parameters.mapValues {
        Tensor(shape: $0.shape, scalars: $0.scalars.map { _ in 0 })
      }
      parameters["fc.bias"] = Tensor(shape: [10], scalars: (0..<10).map { $0 == 9 ? bias : 0 })
      try Model(
        architecture: model.architecture, classes: model.classes, preprocessing: model.preprocessing,
        parameters: parameters
      ).write(to: "\(folder.path)/\(name).safetensors")
    }
    return folder
  }

  private func evaluate(_ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(["evaluate"] + arguments + ["--data", ".", "--threads", "1"], in: folder.path)
  }

  @Test("The confusion matrix of one model is drawn; that of several is refused")
  func confusionFigure() throws {
    let folder = try folder()
    let result = try evaluate("certain.safetensors", "--confusion", "confusion.svg", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let figure = try String(contentsOfFile: folder.path + "/confusion.svg", encoding: .utf8)
    #expect(figure.contains("<svg") && figure.contains("resnet8 on CIFAR-10 test") && figure.contains("airplane"))
    let several = try evaluate("blank.safetensors", "certain.safetensors", "--confusion", "c.svg", in: folder)
    #expect(several.status == 64)
    #expect(several.errors.contains("A confusion matrix is that of one model"))
    let unwritable = try evaluate("certain.safetensors", "--confusion", "none/c.svg", in: folder)
    #expect(unwritable.status == 74)
    #expect(unwritable.errors.contains("none/c.svg: cannot be written"), "\(unwritable.errors)")
  }

  @Test("One model is measured class by class")
  func oneModel() throws {
    let result = try evaluate("blank.safetensors", in: folder())
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("resnet8 on CIFAR-10 test (4 images, "))
    // A quarter is right, with a confidence of a tenth; the loss is log 10.
    #expect(
      lines.dropFirst().joined(separator: "\n") == """

        error              75.00 %
        top-5 error         0.00 %
        loss                2.3026
        calibration error  15.00 %

        class       images     error
        airplane         1    0.00 %
        automobile       1  100.00 %
        bird             1  100.00 %
        cat              1  100.00 %
        deer             0         –
        dog              0         –
        frog             0         –
        horse            0         –
        ship             0         –
        truck            0         –

        most often confused (true → predicted)  images
        automobile → airplane                        1
        bird → airplane                              1
        cat → airplane                               1

        """)
  }

  @Test("Several models are compared, a line each")
  func severalModels() throws {
    let result = try evaluate("blank.safetensors", "certain.safetensors", in: folder())
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output == """
        CIFAR-10 test (4 images)
        model                   error  top-5 error         loss  calibration
        blank.safetensors     75.00 %       0.00 %       2.3026      15.00 %
        certain.safetensors  100.00 %       0.00 %    1000.0000     100.00 %

        """)
  }

  @Test("The JSON of each model is a line that holds its path")
  func json() throws {
    let folder = try folder()
    let result = try evaluate("certain.safetensors", "./blank.safetensors", "--json", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    let objects = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let keys = [
      "calibrationError", "confusion", "dataSet", "images", "loss", "model", "perClass", "seconds", "topFiveError",
      "topOneError",
    ]
    #expect(objects.map { $0.keys.sorted() } == [keys, keys])
    #expect(objects.map { $0["model"] as? String } == ["certain.safetensors", "./blank.safetensors"])
    let evaluations = try lines.map { try JSONDecoder().decode(Evaluation.self, from: Data($0.utf8)) }
    #expect(evaluations.map(\.topOneError) == [100, 75])
    #expect(evaluations[0].confusion[2] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1])

    let alone = try evaluate("certain.safetensors", "--json", in: folder)
    var again = try JSONDecoder().decode(Evaluation.self, from: Data(alone.output.utf8))
    again.summary.seconds = evaluations[0].seconds
    #expect(again == evaluations[0])
  }

  @Test("A model that does not fit is named before the first one is measured")
  func misfit() throws {
    let folder = try folder()
    let data = try CIFAR10(at: folder.path).test
    try Model(
      architecture: .cifar(depth: 8), classes: ["cat", "dog"], preprocessing: .perChannel(of: data), seed: 0
    ).write(to: folder.path + "/two.safetensors")
    for others in [[], ["blank.safetensors"]] {
      let result = try Tool.run(
        ["evaluate"] + others + ["two.safetensors", "--data", "."], in: folder.path)
      #expect(result.status == 65)
      #expect(result.output.isEmpty)
      #expect(
        result.errors == "error: two.safetensors on CIFAR-10 test: the data has 10 classes, the model 2. "
          + "Use data with the classes that the model was trained on.\n")
    }
    let missing = try evaluate("blank.safetensors", "nowhere", in: folder)
    #expect(missing.status == 65 && missing.output.isEmpty)
    #expect(missing.errors.hasPrefix("error: nowhere: there is no such file or folder"))
  }
}
