import Foundation
import ResNet
import ResNetFiles
import Testing

@Suite struct ImportTests {
  private static let checkpoints = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/checkpoints").path

  /// The network of `network.th`.
  private static let network = """
    {"name": "small", "input": [3, 8, 8], "stem": {"kind": "cifar", "width": 2}, "block": "basic",
     "stages": [{"blocks": 1, "width": 2, "stride": 1}], "shortcut": "a"}
    """

  private static let normalize = ["--preprocessing", "normalize", "--mean", "0.5,0.25,0", "--deviation", "1,2,0.125"]

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.network.utf8), to: "small.json")
    try folder.write(Array("cat\ndog\r\n grey wolf\n\n".utf8), to: "classes.txt")
    try FileManager.default.copyItem(atPath: Self.checkpoints + "/network.th", toPath: folder.path + "/network.th")
    return folder
  }

  private func run(
    _ arguments: String..., classes: String = "classes.txt", network: String? = "small.json", in folder: TemporaryFolder
  ) throws -> Tool.Result {
    try Tool.run(
      ["import"] + arguments + (network.map { ["--network", $0] } ?? []) + ["--classes", classes] + Self.normalize,
      in: folder.path)
  }

  @Test("A checkpoint becomes a model with its classes and preprocessing")
  func checkpoint() throws {
    let folder = try folder()
    let result = try run("network.th", "-o", "m.safetensors", in: folder)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(
      result.output == """
        small, 147 parameters, 3 classes
        from 18 tensors of a PyTorch checkpoint (legacy) under 'state_dict'
        m.safetensors holds the model

        """)
    let model = try Model(contentsOf: folder.path + "/m.safetensors")
    #expect(model.classes == ["cat", "dog", "grey wolf"])
    #expect(model.preprocessing == (try Preprocessing(mean: [0.5, 0.25, 0], deviation: [1, 2, 0.125])))
    #expect(model.parameters["fc.bias"]?.scalars.first == 16)
    #expect(model.architecture.shortcut == .zeroPadding)
    let again = try run("network.th", "-o", "a.safetensors", "--shortcut", "a-after", in: folder)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try Model(contentsOf: folder.path + "/a.safetensors").architecture.shortcut == .zeroPaddingAfter)
  }

  @Test(
    "The ways of other libraries from a picture to a network have names, and their options belong to them",
    arguments: [
      (["torchvision-v1"], Preprocessing.torchvisionV1), (["torchvision-v2"], .torchvisionV2),
      (["timm", "--crop", "0.95", "--size", "288"], try .timm(size: 288, cropFraction: 0.95)),
      (["keras"], try .keras(.caffe)), (["keras-tf", "--size", "128"], try .keras(.tf, size: 128)),
      (["keras-torch"], try .keras(.torch)),
    ])
  func pipelines(_ options: [String], _ expected: Preprocessing) throws {
    let folder = try folder()
    let result = try Tool.run(
      ["import", "network.th", "--network", "small.json", "--classes", "classes.txt", "-o", "m.safetensors"]
        + ["--preprocessing"] + options, in: folder.path)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let model = try Model(contentsOf: folder.path + "/m.safetensors")
    #expect(model.preprocessing == expected)
    #expect(model.input.dimensions.dropFirst().allSatisfy { $0 == expected.geometry.outputSize?.width })
  }

  @Test(
    "An option of another kind of preprocessing is refused",
    arguments: [["torchvision-v1", "--size", "224"], ["normalize", "--mean", "1"], ["keras", "--crop", "0.9"]])
  func otherOptions(_ options: [String]) throws {
    let folder = try folder()
    let result = try Tool.run(
      ["import", "network.th", "--network", "small.json", "--classes", "classes.txt", "-o", "m.safetensors"]
        + ["--preprocessing"] + options, in: folder.path)
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(options[0] == "normalize" ? "--deviation" : "has no meaning with"))
  }

  @Test("Partial loading tells what was left")
  func partial() throws {
    let folder = try folder()
    try folder.write(Array("cat\ndog\n".utf8), to: "two.txt")
    let strict = try run("network.th", "-o", "m.safetensors", classes: "two.txt", in: folder)
    #expect(strict.status == 65 && strict.errors.contains("tell 3 classes apart, and 2 names"), "\(strict.errors)")
    let result = try run("network.th", "-o", "m.safetensors", "--partial", classes: "two.txt", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output.contains("\n2 of the wrong shape: 'fc.bias' is 3, not 2, 'fc.weight' is 3×2, not 2×2\n"),
      "\(result.output)")
    let whole = try run("network.th", "-o", "m.safetensors", "--partial", in: folder)
    #expect(whole.output.contains("\neverything fits\n"), "\(whole.output)")
  }

  @Test("Safetensors without metadata are imported, and the network that they fit is proposed")
  func safetensors() throws {
    let folder = try folder()
    let graph = try Architecture.dense(depth: 40, growth: 12, isCompressed: false).graph(classes: 3)
    let parameters = graph.parameters.map { ($0.name, $0.initialValues(seed: 1)) }
    try Safetensors.write(Dictionary(uniqueKeysWithValues: parameters), to: folder.path + "/w.safetensors")
    let asked = try run("w.safetensors", "-o", "m.safetensors", network: nil, in: folder)
    #expect(asked.status == 64, "\(asked.errors)")
    #expect(asked.errors.contains("It fits densenet40_k12 with 3 classes: give --network"), "\(asked.errors)")
    let direct = try Tool.run(["evaluate", "w.safetensors", "--data", "generated"], in: folder.path)
    #expect(direct.status == 65 && direct.errors.contains("It fits densenet40_k12 with 3 classes"), "\(direct.errors)")
    let result = try run("w.safetensors", "-o", "m.safetensors", network: "densenet40_k12", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try Model(contentsOf: folder.path + "/m.safetensors").parameters == Dictionary(uniqueKeysWithValues: parameters))
    let unknown = try run("network.th", "-o", "m.safetensors", network: nil, in: folder)
    #expect(
      unknown.status == 64 && unknown.errors.contains("which network it is. Give --network."), "\(unknown.errors)")
  }

  @Test("A module before all names is taken off and told; numbers that are not finite and another network are refused")
  func foreign() throws {
    let folder = try folder()
    let graph = try Architecture.dense(depth: 40, growth: 12, isCompressed: false).graph(classes: 3)
    var parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map { ("backbone." + $0.name, $0.initialValues(seed: 1)) })
    try Safetensors.write(parameters, to: folder.path + "/w.safetensors")
    let result = try run("w.safetensors", "-o", "m.safetensors", network: "densenet40_k12", in: folder)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("\nnames without 'backbone.' before all of them\n"), "\(result.output)")
    let other = try run("w.safetensors", "-o", "o.safetensors", network: "resnet20", in: folder)
    #expect(
      other.status == 65 && other.errors.contains("It fits densenet40_k12 with 3 classes: give"), "\(other.errors)")
    parameters["backbone.classifier.bias"]?.scalars[1] = .nan
    try Safetensors.write(parameters, to: folder.path + "/w.safetensors")
    let diverged = try run("w.safetensors", "-o", "o.safetensors", network: "densenet40_k12", in: folder)
    #expect(
      diverged.errors == "error: w.safetensors: 1 value of the tensor 'classifier.bias' is not finite. "
        + "Give weights from before their training diverged, such as an earlier checkpoint.\n")
    #expect(diverged.status == 65 && !FileManager.default.fileExists(atPath: folder.path + "/o.safetensors"))
  }

  @Test("What cannot be read is refused in one line, and nothing is written")
  func refusals() throws {
    let folder = try folder()
    func refused(_ arguments: [String], status: Int32, _ word: String) throws {
      let result = try Tool.run(["import"] + arguments, in: folder.path)
      #expect(result.status == status && result.errors.contains(word), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1 && result.output.isEmpty, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/m.safetensors"))
    }
    let rest = ["--network", "small.json", "-o", "m.safetensors"]
    let sound = rest + Self.normalize + ["--classes", "classes.txt"]
    try refused([Self.checkpoints + "/module.pth"] + sound, status: 65, "which is not allowed")
    try refused(["none.pth"] + sound, status: 65, "none.pth")
    try refused(["small.json"] + sound, status: 65, "small.json")
    try folder.write(Array("P6 2 1 255\nabcdef".utf8), to: "photo.jpg")
    try refused(["photo.jpg"] + sound, status: 65, "photo.jpg: the file is a picture (Netpbm, 2×1), which holds no")
    try refused(
      ["network.th", "--network", "small.json", "-o", "m.safetensors"] + Self.normalize, status: 64,
      "Missing expected argument '--classes <classes>'")
    try refused(["network.th"] + sound.dropLast() + ["none.txt"], status: 65, "none.txt")
    try refused(
      ["network.th", "--network", "small.json", "-o", "network.th"] + Self.normalize + ["--classes", "classes.txt"],
      status: 64, "would take the place of the weights")
    try refused(
      ["network.th", "--network", "small.json", "-o", "none/m"] + Self.normalize + ["--classes", "classes.txt"],
      status: 74, "none/m: cannot be written")
    try refused(
      ["network.th", "--preprocessing", "normalize", "--classes", "classes.txt"] + rest, status: 64,
      "needs --mean and --deviation")
    try refused(
      ["network.th", "--preprocessing", "normalize", "--mean", "1,x", "--deviation", "1", "--classes", "classes.txt"]
        + rest, status: 64, "1,x")
    try refused(
      ["network.th", "--preprocessing", "normalize", "--mean", "1", "--deviation", "1", "--classes", "classes.txt"]
        + rest, status: 65, "1 channels")
    try refused(["network.th"] + rest + Self.normalize + ["--classes", "imagenet"], status: 65, "1000 names")
    try folder.write(Array("\n\n".utf8), to: "empty.txt")
    try refused(["network.th"] + rest + Self.normalize + ["--classes", "empty.txt"], status: 65, "names no classes")
    try folder.write(Array("cat\n\ndog\n".utf8), to: "hole.txt")
    try refused(["network.th"] + rest + Self.normalize + ["--classes", "hole.txt"], status: 65, "hole.txt, line 2")
  }

  @Test("ImageNet's classes are torchvision's thousand")
  func imageNet() {
    #expect(ImageNet.classNames.count == 1000 && Set(ImageNet.classNames).count == 1000)
    #expect(ImageNet.classNames.prefix(2) == ["tench", "goldfish"])
    #expect(ImageNet.classNames[281] == "tabby" && ImageNet.classNames[999] == "toilet tissue")
    #expect(ImageNet.classNames.allSatisfy { $0.trimmingCharacters(in: .whitespaces) == $0 })
  }
}
