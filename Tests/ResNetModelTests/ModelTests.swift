import Foundation
import ResNetCore
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetModel

@Suite struct ModelTests {
  @Test("A model is read as it was written, bit for bit", arguments: [false, true])
  func roundTrip(perPixel: Bool) throws {
    var parameters = try sample(perPixel: perPixel).parameters
    parameters["fc.bias"] = Tensor(shape: [3], scalars: [-0.0, .infinity, Float(bitPattern: 0x7F81_2345)])
    let before = try sample(perPixel: perPixel)
    let model = try Model(
      architecture: before.architecture, input: before.input, classes: before.classes,
      preprocessing: before.preprocessing, parameters: parameters)
    try withTemporaryFolder { folder in
      try model.write(to: folder + "/a.safetensors")
      let read = try Model(contentsOf: folder + "/a.safetensors")
      #expect(read.architecture == model.architecture)
      #expect(read.input == [3, 8, 8])
      #expect(read.classes == model.classes)
      #expect(read.preprocessing == model.preprocessing)
      #expect(read.graph == model.graph)
      #expect(read.parameters.keys.sorted() == parameters.keys.sorted())
      for (name, tensor) in parameters {
        #expect(read.parameters[name]?.shape == tensor.shape)
        #expect(read.parameters[name]?.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
      }
      try read.write(to: folder + "/b.safetensors")
      #expect(try contents(folder + "/a.safetensors") == contents(folder + "/b.safetensors"))
    }
  }

  @Test("A model whose blocks stand within blocks as deep as they may is read as it was written")
  func nestedBlocks() throws {
    var block = Block([.convolution(kernel: 1)])
    for _ in 0..<4 { block = Block([.block(block)]) }
    let network = Architecture(
      name: "nested", input: [3, 8, 8], stem: .none, block: .basic, stages: [Stage(blocks: 1, width: 3, block: block)],
      shortcut: .projection)
    let before = try sample()
    let model = try Model(
      architecture: network, input: before.input, classes: before.classes, preprocessing: before.preprocessing, seed: 1)
    try withTemporaryFolder { folder in
      try model.write(to: folder + "/nested.safetensors")
      #expect(try Model(contentsOf: folder + "/nested.safetensors").architecture == network)
    }
  }

  @Test("Equal models give equal files, and other numbers another file")
  func equalFiles() throws {
    func bytes(_ model: Model) throws -> [UInt8] { try encoded(model.fileContents()) }
    #expect(try bytes(sample()) == bytes(sample()))
    #expect(try bytes(sample(perPixel: true)) == bytes(sample(perPixel: true)))
    #expect(try bytes(sample()) != bytes(sample(seed: 2)))
  }

  @Test("The metadata are these texts, in every version of the package")
  func metadata() throws {
    let metadata = try sample().fileContents().metadata
    #expect(metadata["resnet.format"] == "1")
    #expect(metadata["resnet.input"] == "[3,8,8]")
    #expect(metadata["resnet.classes"] == #"["cat","dog","ünö \"\\/🦊"]"#)
    #expect(metadata["resnet.architecture"] == (try sample().architecture.json()))
    #expect(
      metadata["resnet.preprocessing"]?.hasPrefix(
        #"{"deviation":[0.247,1,0.001],"kind":"per-channel","mean":[0.4914,0.1,"#) == true)
    #expect(metadata.count == 5)
  }

  @Test("A MODEL argument is a safetensors file or the folder of a run")
  func modelArgument() throws {
    try withTemporaryFolder { folder in
      let empty = #expect(throws: ResNetError.self) { try Model(contentsOf: folder) }
      #expect(empty?.description.contains("no model.safetensors") == true)
      #expect(empty?.code == .data)
      try sample().write(to: folder + "/model.safetensors")
      #expect(try Model.file(at: folder) == folder + "/model.safetensors")
      #expect(try Model.file(at: folder + "/") == folder + "/model.safetensors")
      for path in [folder, folder + "/", folder + "/model.safetensors"] {
        #expect(try Model(contentsOf: path).classes == sample().classes)
      }
      let missing = #expect(throws: ResNetError.self) { try Model(contentsOf: folder + "/none") }
      #expect(missing?.place == folder + "/none")
      #expect(missing?.code == .data)
      #expect(throws: ResNetError.self) { try sample().write(to: folder) }
    }
  }

  @Test("Without learning, the parameters are the graph's initial values")
  func initialModel() throws {
    let model = try sample(seed: 5)
    for parameter in model.graph.parameters {
      #expect(model.parameters[parameter.name] == parameter.initialValues(seed: 5))
    }
    #expect(model.parameters["layer1.0.bn1.running_var"]?.scalars.allSatisfy { $0 == 1 } == true)
  }

  @Test("A model keeps how pictures are resized, and refuses what makes pictures of another size")
  func resizing() throws {
    let plain = try sample()
    func model(_ preprocessing: Preprocessing) throws -> Model {
      try Model(
        architecture: plain.architecture, input: plain.input, classes: plain.classes, preprocessing: preprocessing,
        parameters: plain.parameters)
    }
    let preprocessing = try Preprocessing.timm(size: 8).with(ImageRules(exif: .apply, background: .white))
    try withTemporaryFolder { folder in
      try model(preprocessing).write(to: folder + "/m.safetensors")
      #expect(try Model(contentsOf: folder + "/m.safetensors").preprocessing == preprocessing)
    }
    let error = #expect(throws: ResNetError.self) { try model(.torchvisionV1) }
    #expect(error?.message.contains("3×224×224") == true && error?.message.contains("3×8×8") == true)
  }

  @Test("A model's file is taken for what it is, whatever the length of its header looks like")
  func headers() throws {
    let plain = try sample()
    var beginnings: Set<[UInt8]> = []
    try withTemporaryFolder { folder in
      for length in stride(from: 0, to: 512, by: 8) {
        var classes = plain.classes
        classes[0] = String(repeating: "a", count: length + 1)
        let model = try Model(
          architecture: plain.architecture, input: plain.input, classes: classes, preprocessing: plain.preprocessing,
          parameters: plain.parameters)
        try model.write(to: folder + "/m.safetensors")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/m.safetensors")).prefix(2)
        beginnings.insert(Array(bytes))
        #expect(try Model(contentsOf: folder + "/m.safetensors").classes == classes)
      }
    }
    // Among them is one that begins as a pickle does.
    #expect(beginnings.contains { $0[0] == 0x80 })
  }

  @Test("Parts that do not fit are refused when a model is put together")
  func misfits() throws {
    let model = try sample()
    let other = try Preprocessing(mean: [0.5], deviation: [0.5])
    let image = try Preprocessing(
      meanImage: Tensor(shape: [3, 9, 8], scalars: Array(repeating: 0, count: 216)), deviation: [1, 1, 1])
    for preprocessing in [other, image] {
      let error = #expect(throws: ResNetError.self) {
        try Model(
          architecture: model.architecture, input: model.input, classes: model.classes, preprocessing: preprocessing,
          parameters: model.parameters)
      }
      #expect(error?.description.contains("3×8×8") == true)
    }
    let error = #expect(throws: ResNetError.self) {
      try Model(
        architecture: model.architecture, classes: model.classes + ["cow"], preprocessing: model.preprocessing,
        parameters: model.parameters)
    }
    #expect(error?.message.contains("'fc.weight' is 3×64, not 4×64") == true)
    #expect(throws: ResNetError.self) {
      try Model(architecture: model.architecture, classes: [], preprocessing: model.preprocessing, seed: 1)
    }
  }
}
