import Foundation
import ResNet
import Testing

@Suite struct CommandTests {
  @Test("A network is trained, kept and evaluated, from any folder")
  func trainAndEvaluate() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let run = folder.path + "/runs/r8"
    let training = [
      "train", "--network", "resnet8", "--data", folder.path, "--output", run, "--epochs", "2", "--batch", "8",
      "--threads", "1", "--seed", "4",
    ]
    let trained = try Tool.run(training, in: folder.path)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("epoch 2/2"))
    let evaluated = try Tool.run(["evaluate", run, "--data", folder.path, "--json"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(evaluated.output.utf8))
    #expect(evaluation.images == 4)

    let file = URL(fileURLWithPath: run + "/model.safetensors")
    let first = try Data(contentsOf: file)
    let refused = try Tool.run(training)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--overwrite"))
    let again = try Tool.run(training + ["--overwrite", "--loader-threads", "4"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try Data(contentsOf: file) == first)
  }

  @Test("Images are held out for validation, and the test images come last")
  func validation() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let result = try Tool.run([
      "train", "--network", "plain8", "--data", folder.path, "--output", folder.path + "/run", "--epochs", "1",
      "--batch", "8", "--validation", "4", "--recipe", "he2015", "--initialization", "xavier",
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains(" %, validation "))
    #expect(result.output.contains("plain8 on CIFAR-10 test (4 images)"))
  }

  @Test("A summary is that of the library", arguments: ["resnet20", "plain20", "resnet18", "resnet50"])
  func summary(name: String) throws {
    let result = try Tool.run(["summary", name, "--json"])
    #expect(result.status == 0)
    let summary = try JSONDecoder().decode(GraphSummary.self, from: Data(result.output.utf8))
    let architecture = try Architecture.named(name)
    let classes = name.hasSuffix("20") ? 10 : 1000
    #expect(summary == (try architecture.graph(classes: classes).summary(network: name)))
  }

  @Test("The summary of a model is that of its network, with how good it was, and a name goes before a folder's")
  func modelSummary() throws {
    let folder = try TemporaryFolder()
    var model = try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["a", "b", "c"],
      preprocessing: Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1]), seed: 0)
    let before = folder.path + "/before.safetensors"
    try model.write(to: before)
    model.figures = Model.Figures(
      epoch: 2, step: 9, trainingLoss: 0.5, trainingError: 12.5,
      test: .init(images: 8, loss: .nan, topOneError: 25, calibrationError: .nan))
    for name in ["run", "resnet8"] {
      try folder.write([], to: name + "/run.json")
      try model.write(to: "\(folder.path)/\(name)/model.safetensors")
    }
    let line = "\n\nepoch 2, step 9 · loss 0.5000 · error 12.50 %, test 25.00 % of 8 images\n"
    for argument in ["run", "run/model.safetensors", "./resnet8"] {
      let result = try Tool.run(["summary", argument], in: folder.path)
      #expect(result.status == 0 && result.output.hasSuffix(line), "\(result.errors)\(result.output)")
      #expect(result.output.contains("8×8") && result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
    let named = try Tool.run(["summary", "resnet8"], in: folder.path)
    #expect(named.output.contains("32×32") && !named.output.contains("epoch"))
    #expect(try !Tool.run(["summary", before]).output.contains("epoch"))
    // Of a network that is not the model's they say nothing.
    for option in [["--classes", "5"], ["--shortcut", "none"]] {
      #expect(try !Tool.run(["summary", "run"] + option, in: folder.path).output.contains("epoch"))
    }
    let json = try Tool.run(["summary", "run", "--json"], in: folder.path)
    #expect(json.output.contains(#""figures":{"epoch":2,"step":9,"test":{"calibrationError":"nan","images":8,"#))
    let summary = try JSONDecoder().decode(GraphSummary.self, from: Data(json.output.utf8))
    #expect(summary == model.graph.summary(network: "resnet8"))
    let missing = try Tool.run(["summary", "none.safetensors"], in: folder.path)
    #expect(missing.status == 65 && missing.errors.contains("there is no such file or folder"))
  }

  @Test("A file is taken for what it holds, whatever it is called")
  func fileKinds() throws {
    let folder = try TemporaryFolder()
    let model = try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["a", "b"],
      preprocessing: Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1]), seed: 0)
    for name in ["m.SAFETENSORS", "weights.bin", "plain", "net.json"] {
      try model.write(to: folder.path + "/" + name)
      let result = try Tool.run(["summary", name], in: folder.path)
      #expect(result.status == 0 && result.output.contains("8×8"), "\(name): \(result.errors)")
    }
    try folder.write(Array(try Architecture.cifar(depth: 14).formattedJSON().utf8), to: "network")
    #expect(try Tool.run(["summary", "network"], in: folder.path).output.contains("resnet14"))
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let picture = try Data(contentsOf: fixtures.appending(path: "Fixtures/images/grey.png"))
    try folder.write([UInt8](picture), to: "photo.jpg")
    try folder.write([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60), to: "weights.pth")
    try folder.write([0xFF, 0xFE, 0xFD], to: "noise")
    for (arguments, answer) in [
      (["summary", "photo.jpg"], "photo.jpg: the file is a picture (PNG, "),
      (
        ["summary", "./photo.jpg"],
        "and no description of a network. Give a network's name or its JSON file; 'resnet networks' lists"
      ),
      (
        ["networks", "--show", "m.SAFETENSORS"],
        "m.SAFETENSORS: the file is a safetensors file, and no description"
      ),
      (
        ["summary", "weights.pth"], "weights.pth: the file is a PyTorch checkpoint, which does not say of which network"
      ),
      (["summary", "noise"], "noise: the text is not UTF-8. Give a text file, saved as UTF-8"),
      (["evaluate", "photo.jpg", "--data", "generated"], "photo.jpg: the file is a picture (PNG, "),
    ] {
      let result = try Tool.run(arguments, in: folder.path)
      #expect(result.status == 65 && result.errors.contains(answer), "\(arguments): \(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("What is varied of a network is varied in its summary")
  func variations() throws {
    func parameters(_ arguments: String...) throws -> Int {
      let result = try Tool.run(["summary"] + arguments + ["--json"])
      #expect(result.status == 0, "\(result.errors)")
      return try JSONDecoder().decode(GraphSummary.self, from: Data(result.output.utf8)).parameters
    }
    #expect(try parameters("resnet20", "--shortcut", "b") == 272_474)
    #expect(try parameters("resnet20", "--shortcut", "none") == 269_722)
    #expect(try parameters("resnet34", "--shortcut", "a-after") == 21_623_848)
    #expect(try parameters("resnet50", "--stride-in", "1x1") == 25_557_032)
    #expect(try parameters("resnet20", "--classes", "100") == 275_572)
    #expect(try parameters("resnet20", "--normalization", "none", "--initialization", "normal:0.01") < 269_722)
  }

  @Test("The networks are listed, and each listed one is there")
  func networks() throws {
    let result = try Tool.run(["networks", "--json"])
    let entries = try JSONDecoder().decode([CatalogueEntry].self, from: Data(result.output.utf8))
    #expect(entries.contains { $0.name == "resnet20" })
    #expect(try Tool.run(["networks"]).output.contains("resnet50"))
  }

  @Test("The engine is measured", arguments: ["train", "infer"])
  func bench(kind: String) throws {
    let result = try Tool.run([
      "bench", kind, "--network", "resnet8", "--batch", "4", "--threads", "1", "--seconds", "0.1", "--json",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let values = try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: any Sendable])
    let numbers = ["batch", "compileSeconds", "imagesPerSecond", "peakMemoryMiB", "steps", "threads"]
    #expect(Set(values.keys) == Set(numbers + ["memory", "network", "precision", "task"]))
    #expect(numbers.allSatisfy { (values[$0] as? Double ?? 0) > 0 })
    #expect(values["task"] as? String == kind && values["network"] as? String == "resnet8")
  }

  @Test("The version and the help are there")
  func help() throws {
    #expect(try Tool.run(["--version"]).output == packageVersion + "\n")
    for command in [[], ["train"], ["evaluate"], ["summary"], ["networks"], ["bench"], ["bench", "train"]] {
      let result = try Tool.run(command + ["--help"])
      #expect(result.status == 0)
      #expect(result.output.contains("USAGE: resnet \(command.joined(separator: " "))"))
    }
  }
}
