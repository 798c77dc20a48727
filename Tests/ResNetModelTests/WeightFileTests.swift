import Foundation
import ResNetCore
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetModel

@Suite struct WeightFileTests {
  private let preprocessing: Preprocessing

  init() throws { preprocessing = try Preprocessing(mean: [0.5, 0.25, 0], deviation: [1, 2, 3]) }

  /// The first values of a network, which has few channels, and their file after `rename`.
  private func file(
    _ architecture: Architecture, classes: Int = 3, more: [String: Tensor] = [:], _ rename: (String) -> String? = { $0 }
  ) throws -> (graph: Graph, parameters: [String: Tensor], file: WeightFile) {
    let graph = try architecture.graph(classes: classes)
    var (parameters, renamed): ([String: Tensor], [String: Tensor]) = ([:], more)
    for parameter in graph.parameters {
      let values = parameter.initialValues(seed: 7)
      parameters[parameter.name] = values
      if let name = rename(parameter.name) { renamed[name] = values }
    }
    let bytes = try Safetensors.encode(renamed, metadata: ["format": "pt"])
    return (graph, parameters, WeightFile(try Safetensors(bytes: bytes, name: "w.safetensors")))
  }

  private func model(
    _ architecture: Architecture, _ file: WeightFile, classes: Int = 3, isPartial: Bool = false
  ) throws -> Model {
    try Model(
      architecture: architecture, classes: (0..<classes).map { "class \($0)" }, preprocessing: preprocessing,
      weights: file, isPartial: isPartial)
  }

  @Test(
    "The names of others are understood: of torchvision, of wrappers, and of the repositories for CIFAR",
    arguments: ["", "module.", "_orig_mod.", "module._orig_mod."], [false, true])
  func names(prefix: String, isRenamed: Bool) throws {
    let architecture = try Architecture.cifar(depth: 8, shortcut: .projection)
    let (_, parameters, file) = try file(
      architecture, more: [prefix + "bn1.num_batches_tracked": Tensor(shape: [], scalars: [7])]
    ) {
      prefix
        + (isRenamed ? $0.replacing("fc.", with: "linear.").replacing("downsample.", with: "shortcut.") : $0)
    }
    #expect(try model(architecture, file).parameters == parameters)
    #expect(file.classCount == 3)
    #expect(file.summary == "\(parameters.count + 1) tensors of a safetensors file")
  }

  @Test("The names of old DenseNets are understood")
  func oldDenseNet() throws {
    let architecture = try Architecture.dense(depth: 10, growth: 2, isCompressed: true)
    let (_, parameters, file) = try file(architecture) { name in
      ["norm", "conv"].reduce(name) {
        $0.replacing(".\($1)1.", with: ".\($1).1.").replacing(".\($1)2.", with: ".\($1).2.")
      }
    }
    #expect(parameters.keys.contains("features.denseblock1.denselayer1.norm1.weight"))
    #expect(try model(architecture, file).parameters == parameters)
  }

  @Test("A prefix that not all names have is a part of them")
  func somePrefixes() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (graph, _, file) = try file(architecture) { $0 == "fc.bias" ? $0 : "module." + $0 }
    #expect(file.difference(from: graph).unexpected.count == graph.parameters.count - 1)
    #expect(file.difference(from: graph).missing.count == graph.parameters.count - 1)
  }

  @Test(
    "Modules that all names lie in are taken off where the rest fits, and told",
    arguments: ["backbone.", "model.", "encoder.net.", "module.a.b.c.d.", "a.b.c.d.e."])
  func modules(prefix: String) throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (graph, parameters, file) = try file(architecture) { prefix + $0 }
    guard prefix != "a.b.c.d.e." else {
      // Deeper than anything that people make.
      return #expect(file.prefix(for: graph) == nil && file.difference(from: graph).missing.count == parameters.count)
    }
    #expect(try model(architecture, file).parameters == parameters)
    #expect(file.prefix(for: graph) == String(prefix.trimmingPrefix("module.")))
    #expect(file.classCount == 3)
  }

  @Test("A module that is the network's own stays where all names lie in it")
  func ownModule() throws {
    let architecture = try Architecture.dense(depth: 10, growth: 2, isCompressed: true)
    let (graph, _, file) = try file(architecture) { $0.hasPrefix("features.") ? $0 : nil }
    #expect(file.prefix(for: graph) == nil && file.difference(from: graph).unexpected.isEmpty)
    #expect(try model(architecture, file, isPartial: true).graph == graph)
  }

  @Test("What may be meant is found without the modules before a name")
  func guesses() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (graph, _, file) = try file(architecture) { name in
      switch name {
      case "bn1.bias": "net.backbone.bn1.bias"
      case "layer3.0.conv2.weight": "backbone.layer3.0.conv2.wieght"
      default: name
      }
    }
    let lines = file.difference(from: graph).lines.joined(separator: "\n")
    #expect(lines.contains("'net.backbone.bn1.bias' (16, did you mean 'bn1.bias'?)"), "\(lines)")
    #expect(
      lines.contains("'backbone.layer3.0.conv2.wieght' (64×64×3×3, did you mean 'layer3.0.conv2.weight'?)"), "\(lines)")
  }

  @Test("A last layer that is turned over is told with both shapes, and proves no number of classes")
  func transposed() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (_, _, file) = try file(architecture, more: ["fc.weight": Tensor(repeating: 0, shape: [64, 3])]) {
      $0 == "fc.weight" ? nil : $0
    }
    #expect(file.classCount == nil && file.proposal == nil)
    let error = try #require(throws: ResNetError.self) { try model(architecture, file) }
    #expect(error.message.hasSuffix(": 1 of the wrong shape: 'fc.weight' is 64×3, not 3×64"), "\(error)")
  }

  @Test("Numbers that are not finite are refused with the first tensor and how many there are")
  func notFinite() throws {
    let architecture = try Architecture.cifar(depth: 8)
    var more = ["fc.bias": Tensor(shape: [3], scalars: [.nan, 0, -.infinity])]
    var (graph, parameters, file) = try file(architecture, more: more) { $0 == "fc.bias" ? nil : $0 }
    for isPartial in [false, true] {
      let error = try #require(throws: ResNetError.self) { try model(architecture, file, isPartial: isPartial) }
      #expect(error.code == .data && error.place == "w.safetensors" && error.remedy.contains("diverged"))
      #expect(error.message == "2 values of the tensor 'fc.bias' are not finite")
    }
    more["bn1.bias"] = Tensor(shape: [16], scalars: [.infinity] + Array(repeating: 0, count: 15))
    (graph, parameters, file) = try self.file(architecture, more: more) { more[$0] == nil ? $0 : nil }
    #expect(file.difference(from: graph).isEmpty && parameters.count == graph.parameters.count)
    let error = try #require(throws: ResNetError.self) { try model(architecture, file) }
    #expect(error.message == "1 value of the tensor 'bn1.bias' is not finite, nor are 2 in 1 other tensor")
  }

  @Test("A file that fits another network of the catalogue names it")
  func otherNetwork() throws {
    let (_, _, file) = try file(.dense(depth: 40, growth: 12, isCompressed: false))
    let error = try #require(throws: ResNetError.self) { try model(.cifar(depth: 8), file) }
    #expect(
      error.remedy.hasPrefix("It fits densenet40_k12 with 3 classes: give such a network and as many classes"),
      "\(error)")
  }

  @Test("What does not fit is told: missing, unexpected with what may be meant, of the wrong shape, ten of each")
  func difference() throws {
    let architecture = try Architecture.cifar(depth: 8)
    var more = ["layer1.0.conv1.wieght": Tensor(repeating: 0, shape: [16, 16, 3, 3])]
    for index in 0..<11 { more["x\(index)"] = Tensor(repeating: 0, shape: [1]) }
    more["fc.bias"] = Tensor(repeating: 0, shape: [10])
    let (_, _, file) = try file(architecture, more: more) {
      ["layer1.0.conv1.weight", "bn1.weight", "fc.bias"].contains($0) ? nil : $0
    }
    let error = #expect(throws: ResNetError.self) { try model(architecture, file) }
    #expect(error?.code == .data && error?.place == "w.safetensors")
    #expect(
      error?.message == "the tensors do not fit the network 'resnet8': "
        + "2 missing: 'bn1.weight' (16), 'layer1.0.conv1.weight' (16×16×3×3); "
        + "12 unexpected: 'layer1.0.conv1.wieght' (16×16×3×3, did you mean 'layer1.0.conv1.weight'?), "
        + "'x0' (1), 'x1' (1), 'x10' (1), 'x2' (1), 'x3' (1), 'x4' (1), 'x5' (1), 'x6' (1), 'x7' (1) and 2 more; "
        + "1 of the wrong shape: 'fc.bias' is 10, not 3")
    #expect(error?.remedy.contains("--partial") == true)
  }

  @Test("Partial loading takes what fits, leaves the rest at its first values, and tells which")
  func partial() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (_, parameters, file) = try file(architecture, classes: 10) { $0 == "bn1.weight" ? nil : $0 }
    let model = try model(architecture, file, isPartial: true)
    let difference = file.difference(from: model.graph)
    #expect(difference.missing.map(\.name) == ["bn1.weight"])
    #expect(difference.misshapen.map(\.name) == ["fc.bias", "fc.weight"])
    #expect(difference.unexpected.isEmpty && !difference.isEmpty)
    let left: Set = ["bn1.weight", "fc.bias", "fc.weight"]
    for parameter in model.graph.parameters {
      let expected =
        left.contains(parameter.name) ? parameter.initialValues(seed: 0) : try #require(parameters[parameter.name])
      #expect(model.parameters[parameter.name] == expected)
    }
  }

  @Test("What wrappers put before a name is taken off a hundred thousand times in no time", .timeLimit(.minutes(1)))
  func manyPrefixes() throws {
    let name = String(repeating: "module.", count: 500_000) + "x"
    let bytes = try Safetensors.encode([name: Tensor(repeating: 0, shape: [1])])
    let file = WeightFile(try Safetensors(bytes: bytes, name: "w"))
    let graph = try Architecture.cifar(depth: 8).graph(classes: 3)
    #expect(file.difference(from: graph).unexpected.map(\.name) == ["x"])
  }

  @Test("Where nothing fits, partial loading is refused too")
  func nothing() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (_, _, file) = try file(architecture) { $0.replacing(".", with: "_") }
    let error = #expect(throws: ResNetError.self) { try model(architecture, file, isPartial: true) }
    #expect(error?.message == "none of the tensors fits the network 'resnet8'")
  }

  @Test("Two names for one parameter are refused")
  func twice() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (graph, _, file) = try file(architecture, more: ["linear.bias": Tensor(repeating: 0, shape: [3])])
    #expect(file.difference(from: graph).unexpected.map(\.name) == ["fc.bias"])
  }

  @Test("A tensor of whole numbers is refused in safetensors, with its name")
  func wholeNumbers() throws {
    let architecture = try Architecture.cifar(depth: 8)
    let (_, parameters, _) = try file(architecture)
    var others = parameters
    others["fc.bias"] = nil
    let bytes = try Safetensors.encode(others, integers: ["fc.bias": Int8Tensor(shape: [3], scalars: [1, 2, 3])])
    let error = #expect(throws: ResNetError.self) {
      try model(architecture, WeightFile(Safetensors(bytes: bytes, name: "w")))
    }
    #expect(error?.message.contains("'fc.bias' is of type I8") == true)
  }

  @Test("The networks of the catalogue that a file fits are proposed, with the number of classes")
  func proposal() throws {
    let (_, _, plain) = try file(.cifar(depth: 20), classes: 7) { "module." + $0 }
    #expect(plain.fittingNetworks() == ["resnet20", "plain20"])
    let (_, _, dense) = try file(.dense(depth: 40, growth: 12, isCompressed: false))
    #expect(dense.proposal == "It fits densenet40_k12 with 3 classes")
    let (_, _, other) = try file(.cifar(depth: 8))
    #expect(other.proposal == nil)
    let (_, _, headless) = try file(.cifar(depth: 20)) { $0.hasPrefix("fc.") ? nil : $0 }
    #expect(headless.fittingNetworks().isEmpty && headless.classCount == nil)
  }

  @Test("Weights that do not say of which network they are, are refused with the one that they fit")
  func withoutMetadata() throws {
    let (_, parameters, _) = try file(.dense(depth: 40, growth: 12, isCompressed: false))
    let error = #expect(throws: ResNetError.self) {
      try Model(Safetensors(bytes: Safetensors.encode(parameters), name: "w"))
    }
    #expect(error?.message.contains("does not say of which network") == true)
    #expect(error?.remedy.contains("It fits densenet40_k12 with 3 classes") == true)
    #expect(error?.remedy.contains("resnet import --network") == true)
  }

  @Test("A checkpoint of PyTorch is opened by what it holds, whatever it is called")
  func checkpoint() throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures")
    let file = try WeightFile(contentsOf: fixtures.appending(path: "checkpoints/network.th").path)
    #expect(file.summary == "18 tensors of a PyTorch checkpoint (legacy) under 'state_dict'")
    #expect(file.classCount == 3)
    let stages = [Stage(blocks: 1, width: 2)]
    let architecture = Architecture(
      name: "small", input: [3, 8, 8], stem: .cifar(width: 2), block: .basic, stages: stages, shortcut: .zeroPadding)
    let model = try model(architecture, file)
    #expect(model.parameters["layer1.0.bn2.running_var"]?.scalars == [14, 14.5])
    #expect(model.parameters["fc.weight"]?.shape == [3, 2])
    #expect(model.parameters["fc.bias"]?.scalars.first == 16)
    let zip = try WeightFile(contentsOf: fixtures.appending(path: "checkpoints/parameter.pth").path)
    #expect(zip.summary == "1 tensor of a PyTorch checkpoint (zip)")
    #expect(throws: ResNetError.self) { try WeightFile(contentsOf: fixtures.appending(path: "random.json").path) }
    let error = #expect(throws: ResNetError.self) {
      try Model(contentsOf: fixtures.appending(path: "checkpoints/parameter.pth").path)
    }
    #expect(error?.message.contains("is a PyTorch checkpoint") == true)
    #expect(error?.remedy.contains("resnet import --network") == true)
  }
}
