import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetModel

/// What fine-tuning begins with.
@Suite struct AdaptationTests {
  @Test("Other classes give a new last layer, and all else stays, preprocessing too", arguments: [false, true])
  func newHead(perPixel: Bool) throws {
    let old = try sample(perPixel: perPixel)
    // As many classes by other names are other classes.
    for classes in [["a", "b", "c"], ["a", "b", "c", "d", "e"], ["dog", "cat", "ünö \"\\/🦊"]] {
      let (new, takeover) = try old.adapted(classes: classes, seed: 7)
      #expect(new.classes == classes && new.preprocessing == old.preprocessing)
      #expect(takeover.newHead == "fc")
      #expect(takeover.taken == takeover.tensors - 2 && takeover.tensors == old.graph.parameters.count)
      let fresh = try Model(
        architecture: old.architecture, input: old.input, classes: classes, preprocessing: old.preprocessing, seed: 7)
      for (name, tensor) in new.parameters {
        #expect(tensor == (name.hasPrefix("fc.") ? fresh : old).parameters[name], "\(name)")
      }
      #expect(try old.adapted(classes: classes, seed: 8).model.parameters["fc.weight"] != new.parameters["fc.weight"])
    }
  }

  @Test("Nothing is begun from numbers that are not finite, which stay in the model's file to be looked at")
  func notFinite() throws {
    let plain = try sample()
    func model(_ name: String) throws -> Model {
      var parameters = plain.parameters
      parameters[name]?.scalars[0] = .nan
      return try Model(
        architecture: plain.architecture, input: plain.input, classes: plain.classes,
        preprocessing: plain.preprocessing, parameters: parameters)
    }
    try withTemporaryFolder { folder in
      try model("conv1.weight").write(to: folder + "/m.safetensors")
      let diverged = try Model(contentsOf: folder + "/m.safetensors")
      #expect(diverged.notFinite?.description == "1 value of the tensor 'conv1.weight' is not finite")
      let error = try #require(throws: ResNetError.self) { try diverged.adapted(classes: ["a"], seed: 0) }
      #expect(error.code == .data && error.message.contains("'conv1.weight' is not finite"), "\(error)")
    }
    // A last layer that is replaced does not count.
    #expect(try model("fc.bias").adapted(classes: ["a"], seed: 0).model.notFinite == nil)
    #expect(plain.notFinite == nil)
  }

  @Test("The same classes keep the whole model")
  func sameClasses() throws {
    let old = try sample()
    let (new, takeover) = try old.adapted(classes: old.classes, seed: 7)
    #expect(takeover.newHead == nil && takeover.taken == takeover.tensors)
    #expect(try new.contentHash() == old.contentHash())
  }

  @Test("Pictures of another size are taken where one mean a channel is subtracted")
  func otherSize() throws {
    let (new, _) = try sample().adapted(input: [3, 10, 12], classes: ["a", "b"], seed: 0)
    #expect(new.input == [3, 10, 12])
    let error = try #require(throws: ResNetError.self) {
      try sample(perPixel: true).adapted(input: [3, 10, 12], classes: ["a", "b"], seed: 0)
    }
    #expect(error.code == .data && error.message.contains("3×8×8") && error.message.contains("3×10×12"))
  }

  @Test("Pictures of other channels are refused with both shapes")
  func otherChannels() throws {
    for input in [[1, 8, 8], [192]] as [Shape] {
      let error = try #require(throws: ResNetError.self) { try sample().adapted(input: input, classes: ["a"], seed: 0) }
      #expect(error.code == .data)
      #expect(error.message.contains("images of \(input) do not fit a model for 3×8×8"), "\(error)")
    }
  }

  @Test("A network of other parameters is refused with the difference")
  func otherNetwork() throws {
    let error = try #require(throws: ResNetError.self) {
      try sample().adapted(to: .cifar(depth: 14), classes: ["a"], seed: 0)
    }
    #expect(error.code == .data)
    #expect(error.message == "the model is a 'resnet8', not a 'resnet14' (tensors: 30 missing)", "\(error)")
    #expect(error.description.count < 200)
    let wide = try #require(throws: ResNetError.self) {
      try sample().adapted(to: .wide(depth: 10, factor: 2), classes: ["a"], seed: 0)
    }
    #expect(wide.message.contains("of the wrong shape"), "\(wide)")
    let biased = try #require(throws: ResNetError.self) {
      var other = try sample().architecture
      other.normalization = .none
      _ = try sample().adapted(to: other, classes: ["a"], seed: 0)
    }
    #expect(biased.message.hasPrefix("the model is a 'resnet8' of other layers (tensors: "), "\(biased)")
  }

  @Test("A network that computes something else with the same parameters is refused, with the layer")
  func sameParameters() throws {
    let plain = try #require(throws: ResNetError.self) {
      try sample().adapted(to: .named("plain8"), classes: ["a"], seed: 0)
    }
    #expect(plain.code == .data && plain.message.contains("first at layer1.0.add"), "\(plain)")
    let after = try #require(throws: ResNetError.self) {
      try sample().adapted(to: .cifar(depth: 8, shortcut: .zeroPaddingAfter), classes: ["a"], seed: 0)
    }
    #expect(after.message.contains("first at layer2.0."), "\(after)")
  }

  @Test("What is done while training alone may differ")
  func trainingAlone() throws {
    let old = try sample()
    var other = old.architecture
    other.survival = 0.5
    other.initialization = .xavier
    other.name = "mine"
    other.changeBlocks { $0.dropout = 0.2 }
    let (new, takeover) = try old.adapted(to: other, classes: ["a"], seed: 0)
    #expect(new.architecture == other && takeover.taken == takeover.tensors - 2)
  }

  @Test("A quantised model is refused")
  func quantised() throws {
    let model = try sample()
    let scales = Quantization.layers(of: model.graph).map { ($0, Float(0.01)) }
    let quantised = try model.quantized(Quantization(scales: Dictionary(uniqueKeysWithValues: scales)))
    let error = try #require(throws: ResNetError.self) { try quantised.adapted(classes: ["a"], seed: 0) }
    #expect(error.code == .usage && error.remedy.contains("model that it was made from"))
  }

  @Test("The hash of a model tells any change of it")
  func hash() throws {
    let model = try sample()
    var hashes = [try model.contentHash(), try sample(perPixel: true).contentHash(), try sample(seed: 2).contentHash()]
    for name in ["conv1.weight", "layer2.0.bn1.running_var", "fc.bias"] {
      var parameters = model.parameters
      parameters[name]?.scalars[1] += 1
      hashes.append(
        try Model(
          architecture: model.architecture, input: model.input, classes: model.classes,
          preprocessing: model.preprocessing, parameters: parameters
        ).contentHash())
    }
    hashes.append(
      try Model(
        architecture: model.architecture, input: model.input, classes: ["cat", "dog", "emu"],
        preprocessing: model.preprocessing, parameters: model.parameters
      ).contentHash())
    #expect(Set(hashes).count == 7)
    #expect(try sample().contentHash() == hashes[0])
  }
}
