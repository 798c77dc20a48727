import Foundation
import ResNetCore
import ResNetEngine
import ResNetFiles
import Testing

@testable import ResNetModel

/// What a model's file says of how good the model is.
@Suite struct FiguresTests {
  private static let figures = Model.Figures(
    epoch: 48, step: 18768, trainingLoss: 0.1119, trainingError: 3.7,
    test: .init(images: 10_000, loss: 0.28, topOneError: 8.67, topFiveError: 0.22, calibrationError: 10.0 / 3))

  private static let text =
    #"{"epoch":48,"step":18768,"test":{"calibrationError":3.3333333333333335,"images":10000,"loss":0.28,"#
    + #""topFiveError":0.22,"topOneError":8.67},"trainingError":3.7,"trainingLoss":0.1119}"#

  private func model(_ figures: Model.Figures?) throws -> Model {
    var model = try sample()
    model.figures = figures
    return model
  }

  @Test("Figures are read as they were written, and are this text in every version of the package")
  func roundTrip() throws {
    let model = try model(Self.figures)
    #expect(try model.fileContents().metadata["resnet.figures"] == Self.text)
    try withTemporaryFolder { folder in
      try model.write(to: folder + "/a.safetensors")
      let read = try Model(contentsOf: folder + "/a.safetensors")
      #expect(read.figures == Self.figures)
      try read.write(to: folder + "/b.safetensors")
      #expect(try contents(folder + "/a.safetensors") == contents(folder + "/b.safetensors"))
    }
    let line = "epoch 48, step 18768 · loss 0.1119 · error 3.70 %, test 8.67 % of 10000 images"
    #expect(Self.figures.description == line)
  }

  @Test("Figures that are not finite are text in the file, and numbers again behind it")
  func notFinite() throws {
    let diverged = Model.Figures(
      epoch: 1, step: 2, trainingLoss: .infinity, trainingError: 90,
      test: .init(images: 3, loss: .nan, topOneError: 100, calibrationError: .nan))
    let text = try #require(try model(diverged).fileContents().metadata["resnet.figures"])
    #expect(text.contains(#""trainingLoss":"inf""#) && text.contains(#""loss":"nan""#))
    let read = try #require(try Model(changed(model(diverged)) { _, _ in }).figures)
    #expect(read.trainingLoss == .infinity && read.test?.loss.isNaN == true)
    #expect(read.test?.calibrationError.isNaN == true && read.test?.topFiveError == nil)
    #expect(read.description.hasPrefix("epoch 1, step 2 · loss inf · error 90.00 %, test 100.00 %"))
  }

  @Test("A file without figures, such as those of before, is a model without them; without test images there are fewer")
  func absent() throws {
    #expect(try Model(changed(model(Self.figures)) { $1["resnet.figures"] = nil }).figures == nil)
    #expect(try model(nil).fileContents().metadata["resnet.figures"] == nil)
    var untested = Self.figures
    untested.test = nil
    let read = try Model(changed(model(untested)) { _, _ in }).figures
    #expect(read == untested && read?.description.hasSuffix("error 3.70 %") == true)
  }

  @Test(
    "Figures that are damaged, hostile, newer or not possible are refused",
    arguments: [
      ("", "needed"), ("[]", "an object is needed"), ("{}", "the value is missing"),
      (text + " 1", "goes on"), (String(repeating: " ", count: 5000), "bytes, more than 4096"),
      (String(repeating: "[", count: 4000), "too deep"),
      (text.replacing("\"epoch\"", with: "\"seconds\":1,\"epoch\""), "'seconds' is not known"),
      (text.replacing("\"images\"", with: "\"dataSet\":\"x\",\"images\""), "'dataSet' is not known"),
      (text.replacing("\"epoch\":48", with: "\"epoch\":48,\"epoch\":49"), "twice"),
      (text.replacing("\"epoch\":48", with: "\"epoch\":4.5"), "not whole"),
      (text.replacing("\"epoch\":48", with: "\"epoch\":99999999999999999999"), "not whole, or too large"),
      (text.replacing("\"epoch\":48", with: "\"epoch\":0"), "cannot be"),
      (text.replacing("\"images\":10000", with: "\"images\":-1"), "cannot be"),
      (text.replacing("8.67", with: "100.5"), "cannot be"),
      (text.replacing("\"trainingError\":3.7", with: "\"trainingError\":\"nan\""), "cannot be"),
      (
        text.replacing("0.1119", with: "-0.5"), "trainingLoss is -0.5, which cannot be: it is a loss, and never below 0"
      ),
      (text.replacing("0.28", with: "-1e308"), "test.loss is -1e+308, which cannot be"),
      (text.replacing("0.28", with: "\"-inf\""), "test.loss is -inf, which cannot be"),
      (text.replacing("0.22", with: "101"), "test.topFiveError is 101.0, which cannot be: it is a share from 0 to 100"),
      (text.replacing("3.3333333333333335", with: "-1"), "test.calibrationError is -1.0, which cannot be"),
      (
        text.replacing("18768", with: "9223372036854775807"),
        "step is 9223372036854775808, which cannot be: it is counted"
      ),
      (text.replacing("0.1119", with: "1e999"), "too large"),
      (text.replacing("0.1119", with: "\"much\""), "a number is needed"),
      (text.replacing("0.1119", with: "true"), "a number is needed"),
      (text.replacing("0.22", with: "\"\""), "a number is needed"),
    ])
  func damaged(text: String, word: String) throws {
    let file = try changed(sample()) { $1["resnet.figures"] = text }
    let error = try #require(throws: ResNetError.self) { try Model(file) }
    #expect(error.code == .data && error.message.contains(word), "\(error)")
    #expect(error.place?.hasPrefix("m.safetensors") == true && error.description.utf8.count < 400)
    // Nobody can change one figure of a file by hand.
    #expect(!error.message.contains("cannot be") || error.remedy == "Write the model again")
  }

  @Test("Losses without measure take no more room than others, and a zero has no sign")
  func extremes() throws {
    let figures = Model.Figures(
      epoch: 1, step: 1 << 40, trainingLoss: 1e308, trainingError: -0.0,
      test: .init(images: 1, loss: 1e308, topOneError: -0.0, calibrationError: 0))
    let read = try #require(try Model(changed(model(figures)) { _, _ in }).figures)
    #expect(
      read.description == "epoch 1, step 1099511627776 · loss 1.0000e+308 · error 0.00 %, test 0.00 % of 1 image")
    var zero = figures
    zero.trainingLoss = -0.0
    #expect(zero.description.contains("loss 0.0000 "))
  }

  @Test("Figures that could not be read again are not written")
  func impossible() throws {
    var figures = Self.figures
    figures.test?.topOneError = 101
    try withTemporaryFolder { folder in
      let error = try #require(throws: ResNetError.self) { try model(figures).write(to: folder + "/m.safetensors") }
      #expect(error.code == .usage && error.message.contains("the figure test.topOneError is 101.0, which cannot be"))
      #expect(error.remedy == "Give the figures that a run ended with")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test("They travel to ONNX, stay behind where another model is made, and say nothing of what is computed")
  func elsewhere() throws {
    let model = try model(Self.figures)
    #expect(try model.onnx().metadata["resnet.figures"] == Self.text)
    for classes in [model.classes, ["a", "b"]] {
      #expect(try model.adapted(classes: classes, seed: 0).model.figures == nil)
    }
    let scales = Quantization.layers(of: model.graph).map { ($0, Float(0.01)) }
    let quantized = try model.quantized(Quantization(scales: Dictionary(uniqueKeysWithValues: scales)))
    #expect(try quantized.figures == nil && quantized.fileContents().metadata["resnet.figures"] == nil)
    #expect(try model.contentHash() == sample().contentHash())
  }
}
