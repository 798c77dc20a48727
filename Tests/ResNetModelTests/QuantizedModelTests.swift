import Foundation
import ResNetCore
import ResNetEngine
import ResNetFiles
import ResNetGraph
import ResNetModels
import Testing

@testable import ResNetModel

@Suite struct QuantizedModelTests {
  /// Scales that differ from layer to layer.
  private func quantization(of model: Model) throws -> Quantization {
    let names = Quantization.layers(of: model.graph)
    return try Quantization(
      scales: Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Float($0 + 1) / 300) }))
  }

  /// The small model with parameters of every size and sign, quantised.
  private func quantized(perPixel: Bool = false) throws -> Model {
    let model = try sample(perPixel: perPixel)
    var random = RandomNumbers(seed: 5, purpose: .testing)
    var parameters = model.parameters
    for name in parameters.keys.sorted() {
      for place in parameters[name]?.scalars.indices ?? 0..<0 where !name.hasSuffix("running_var") {
        parameters[name]?.scalars[place] += random.uniform() - 0.5
      }
    }
    let changed = try Model(
      architecture: model.architecture, input: model.input, classes: model.classes, preprocessing: model.preprocessing,
      parameters: parameters)
    return try changed.quantized(quantization(of: changed))
  }

  @Test(
    "A quantised model is read as it was written, bit for bit, and is a quarter of the size", arguments: [false, true])
  func roundTrip(perPixel: Bool) throws {
    let model = try quantized(perPixel: perPixel)
    try withTemporaryFolder { folder in
      try model.write(to: folder + "/a.safetensors")
      let read = try Model(contentsOf: folder + "/a.safetensors")
      #expect(read.quantization == model.quantization)
      #expect(read.parameters == model.parameters)
      #expect(read.architecture == model.architecture && read.preprocessing == model.preprocessing)
      #expect(read.classes == model.classes && read.input == model.input)
      try read.write(to: folder + "/b.safetensors")
      #expect(try contents(folder + "/a.safetensors") == contents(folder + "/b.safetensors"))
      try sample(perPixel: perPixel).write(to: folder + "/single.safetensors")
      let sizes = try ["a", "single"].map { try contents(folder + "/\($0).safetensors").count }
      #expect(Double(sizes[0]) < 0.32 * Double(sizes[1]))
    }
  }

  @Test("It is not exported as ONNX, which would hold other numbers, and nothing is written")
  func export() throws {
    let model = try quantized()
    try withTemporaryFolder { folder in
      let error = #expect(throws: ResNetError.self) { try model.writeONNX(to: folder + "/m.onnx") }
      #expect(error?.code == .usage && error?.remedy.contains("the model that it was made from") == true)
      let written = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(written.isEmpty)
    }
  }

  @Test("Folded and quantised again, it becomes the very same integers")
  func idempotent() throws {
    let model = try quantized()
    let again = try model.quantized(#require(model.quantization))
    #expect(again.parameters == model.parameters)
    #expect(try again.fileContents().integers == model.fileContents().integers)
    #expect(try encoded(again.fileContents()) == encoded(model.fileContents()))
  }

  @Test("Its parameters are near those of the model, with normalisation folded in")
  func folded() throws {
    let model = try sample()
    let quantized = try model.quantized(quantization(of: model))
    let weight = try #require(model.parameters["conv1.weight"])
    let found = try #require(quantized.parameters["conv1.weight"])
    // The normalisation of a model that has not learned divides by √(1 + ε).
    for (one, other) in zip(weight.scalars, found.scalars) { #expect(abs(one - other) < 0.005) }
    #expect(quantized.parameters["bn1.weight"]?.scalars.allSatisfy { $0 == 1 } == true)
    #expect(quantized.parameters["bn1.running_mean"]?.scalars.allSatisfy { $0 == 0 } == true)
    #expect(quantized.parameters["bn1.running_var"]?.scalars.allSatisfy { $0 == 1 - 1e-5 } == true)
    #expect(Set(quantized.parameters.keys) == Set(model.parameters.keys))
  }

  @Test("The file holds integers, scales and folded biases, and no normalisation")
  func file() throws {
    let contents = try quantized().fileContents()
    #expect(contents.metadata["resnet.quantization"] == "int8")
    #expect(contents.integers["conv1.weight"]?.shape == [16, 3, 3, 3])
    #expect(contents.tensors["conv1.weight_scale"]?.shape == [16])
    #expect(contents.tensors["conv1.bias"]?.shape == [16])
    #expect(contents.tensors["input.activation_scale"]?.shape == [])
    #expect(contents.tensors["fc.weight_scale"]?.shape == [3])
    #expect(contents.tensors["fc.bias"]?.shape == [3])
    #expect(contents.tensors.keys.allSatisfy { !$0.contains("bn") || $0.hasSuffix("scale") })
    #expect(contents.integers.count == 8)
  }

  @Test("A network whose normalisations cannot all be folded keeps those as they are")
  func preactivation() throws {
    let architecture = try Architecture.named("preact_resnet8")
    let parts = try sample()
    let model = try Model(
      architecture: architecture, input: [3, 8, 8], classes: parts.classes, preprocessing: parts.preprocessing, seed: 1)
    let quantized = try model.quantized(quantization(of: model))
    let contents = try quantized.fileContents()
    let kept = contents.tensors.keys.filter { $0.hasSuffix("running_mean") }
    #expect(!kept.isEmpty && kept.count < model.parameters.keys.filter { $0.hasSuffix("running_mean") }.count)
    let read = try Model(Safetensors(bytes: encoded(contents), name: "m"))
    #expect(read.parameters == quantized.parameters)
  }

  @Test("A model without a scale for each layer, and one whose weights are not finite, is not quantised")
  func refusals() throws {
    let model = try sample()
    let scales = try quantization(of: model).scales
    let missing = try Quantization(scales: scales.filter { $0.key != "input" })
    let error = #expect(throws: ResNetError.self) { try model.quantized(missing) }
    #expect(error?.code == .data && error?.place == "input")
    var parameters = model.parameters
    parameters["conv1.weight"]?.scalars[5] = .nan
    let broken = try Model(
      architecture: model.architecture, input: model.input, classes: model.classes, preprocessing: model.preprocessing,
      parameters: parameters)
    let refusal = #expect(throws: ResNetError.self) { try broken.quantized(quantization(of: model)) }
    #expect(refusal?.code == .data && refusal?.place == "conv1")
  }

  /// What the file must not be, with a word of the error and the place behind the file's.
  static let damages: [(@Sendable (inout Model.FileContents) -> Void, String, String?)] = [
    ({ $0.tensors["conv1.weight_scale"] = nil }, "missing: 'conv1.weight_scale' (16)", nil),
    ({ $0.tensors["input.activation_scale"] = nil }, "missing: 'input.activation_scale'", nil),
    ({ $0.tensors["conv1.bias"] = nil }, "missing: 'conv1.bias' (16)", nil),
    ({ $0.integers["conv1.weight"] = nil }, "missing: 'conv1.weight' (16×3×3×3)", nil),
    ({ $0.tensors["bn1.running_mean"] = Tensor(repeating: 0, shape: [16]) }, "unexpected: 'bn1.running_mean'", nil),
    (
      { $0.tensors["conv1.weight_scale"] = Tensor(repeating: 1, shape: [17]) },
      "of the wrong shape: 'conv1.weight_scale' is 17, not 16", nil
    ),
    (
      { $0.tensors["input.activation_scale"] = Tensor(repeating: 1, shape: [1]) },
      "of the wrong shape: 'input.activation_scale'", nil
    ),
    ({ $0.tensors["conv1.bias"]?.scalars[2] = .nan }, "the bias of output 2 is not a finite number", "conv1.bias"),
    ({ $0.tensors["fc.bias"]?.scalars[0] = .infinity }, "the bias of output 0 is not a finite number", "fc.bias"),
    ({ $0.tensors["conv1.weight_scale"]?.scalars[3] = 0 }, "the scale 0.0 of output 3", "conv1.weight_scale"),
    ({ $0.tensors["conv1.weight_scale"]?.scalars[3] = -1 }, "the scale -1.0 of output 3", "conv1.weight_scale"),
    ({ $0.tensors["conv1.weight_scale"]?.scalars[3] = .nan }, "the scale nan of output 3", "conv1.weight_scale"),
    ({ $0.tensors["conv1.weight_scale"]?.scalars[3] = .infinity }, "the scale inf of output 3", "conv1.weight_scale"),
    ({ $0.tensors["conv1.weight_scale"]?.scalars[3] = 0.1 }, "do not belong together", "conv1.weight"),
    ({ $0.tensors["input.activation_scale"]?.scalars[0] = 0 }, "the scale 0.0 of its activations", "input"),
    ({ $0.tensors["input.activation_scale"]?.scalars[0] = .nan }, "the scale nan of its activations", "input"),
    (
      {
        $0.integers["conv1.weight"] = Int8Tensor(
          shape: [16, 3, 3, 3], scalars: ($0.integers["conv1.weight"]?.scalars ?? []).map { $0 / 2 })
      }, "do not belong together", "conv1.weight"
    ),
    (
      {
        $0.integers["conv1.weight"] = Int8Tensor(
          shape: [16, 3, 3, 3], scalars: ($0.integers["conv1.weight"]?.scalars ?? []).map { $0 == 127 ? -128 : $0 })
      }, "do not belong together", "conv1.weight"
    ),
    (
      {
        $0.integers["conv1.weight"] = nil
        $0.tensors["conv1.weight"] = Tensor(repeating: 1, shape: [16, 3, 3, 3])
      }, "the tensor 'conv1.weight' is of type F32, not I8", nil
    ),
    (
      {
        $0.tensors["fc.bias"] = nil
        $0.integers["fc.bias"] = Int8Tensor(shape: [3], scalars: [1, 2, 3])
      }, "the tensor 'fc.bias' is of type I8", nil
    ),
    ({ $0.metadata["resnet.quantization"] = nil }, "do not fit the network", nil),
  ]

  @Test("A quantised file that is damaged is refused with the place", arguments: damages.indices)
  func damaged(number: Int) throws {
    let (damage, word, place) = Self.damages[number]
    let file = try changedFile(quantized(), damage)
    let error = #expect(throws: ResNetError.self) { try Model(file) }
    #expect(error?.code == .data)
    #expect(error?.message.contains(word) == true, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.place == "m.safetensors" + (place.map { ", " + $0 } ?? ""))
    #expect(error?.remedy.isEmpty == false)
  }

  @Test("Random damage to a quantised file gives an error or a model, never a crash")
  func randomDamage() throws {
    let sound = try encoded(quantized().fileContents())
    var numbers = RandomNumbers(seed: 3, purpose: .testing)
    for _ in 0..<200 {
      var bytes = sound
      bytes[8 + numbers.integer(below: bytes.count - 8)] = UInt8(numbers.integer(below: 256))
      do { _ = try Model(Safetensors(bytes: bytes, name: "m")) } catch is ResNetError {}
    }
  }

  @Test("In half precision a model is read back rounded; a quantised one, or one with too large numbers, is refused")
  func halfPrecision() throws {
    var model = try sample(perPixel: true)
    model.figures = Model.Figures(epoch: 2, step: 9, trainingLoss: 0.5, trainingError: 12.5)
    try withTemporaryFolder { [model] folder in
      try model.write(to: folder + "/half.safetensors", as: .float16)
      let read = try Model(contentsOf: folder + "/half.safetensors")
      #expect(read.figures == nil)
      #expect(read.architecture == model.architecture && read.classes == model.classes)
      for (name, tensor) in model.parameters {
        let rounded = try #require(read.parameters[name])
        #expect(zip(tensor.scalars, rounded.scalars).allSatisfy { abs($0 - $1) <= max(abs($0) * 0x1p-11, 0x1p-25) })
      }
      try model.write(to: folder + "/whole.safetensors")
      #expect(try contents(folder + "/half.safetensors").count < contents(folder + "/whole.safetensors").count * 6 / 10)
      let integers = try quantized()
      let error = #expect(throws: ResNetError.self) { try integers.write(to: folder + "/q.safetensors", as: .float16) }
      #expect(error?.code == .usage && error?.message.contains("integers already") == true)
      var parameters = model.parameters
      parameters["fc.bias"]?.scalars[1] = 1e5
      let large = try Model(
        architecture: model.architecture, input: model.input, classes: model.classes,
        preprocessing: model.preprocessing, parameters: parameters)
      let refusal = #expect(throws: ResNetError.self) { try large.write(to: folder + "/l.safetensors", as: .float16) }
      #expect(refusal?.place == "fc.bias")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "half.safetensors", "whole.safetensors",
        ])
    }
  }
}
