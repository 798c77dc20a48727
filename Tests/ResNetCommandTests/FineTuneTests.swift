import Foundation
import ResNet
import Testing

/// `resnet train --from`.
@Suite struct FineTuneTests {
  private let folder: TemporaryFolder
  private var data: String { folder.path + "/data" }
  private var base: String { folder.path + "/base.safetensors" }
  private var run: String { folder.path + "/run" }

  init() throws {
    folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
    let model = try Model(
      architecture: .cifar(depth: 8), classes: ["round", "square"],
      preprocessing: Preprocessing(mean: [0.1, 0.2, 0.3], deviation: [0.4, 0.5, 0.6]), seed: 1)
    try model.write(to: base)
  }

  private func train(_ options: String...) throws -> Tool.Result {
    try Tool.run(
      ["train", "--data", data, "--batch", "10", "--epochs", "2", "--threads", "1", "--precision", "f32"] + options)
  }

  @Test("A run begins with a model, tells what it took, what is new and what is frozen, and goes on without the file")
  func fineTuning() throws {
    let trained = try train(
      "--from", base, "--output", run, "--freeze-until", "layer3", "--learning-rate-scale", "head=10",
      "--learning-rate-scale", "layer3=0.5", "--class-weights", "auto", "--sampling", "balanced")
    #expect(trained.status == 0, "\(trained.errors)")
    let text = trained.output.replacingOccurrences(of: "\n", with: " ")
    #expect(
      text.contains("fine-tuned from \(base): 35 of 37 tensors taken over, head fc new for 10 classes"), "\(text)")
    #expect(text.contains("frozen until layer3 (56202 of 75290 parameters learn)"), "\(text)")
    #expect(
      text.contains(
        "learning rate times 10.0 in head, 0.5 in layer3, all classes weighted the same, each class drawn equally often"
      ))
    #expect(text.contains("fine-tune: 2 epochs, 4 steps of 10 images"))
    #expect(trained.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains(folder.path) })

    let model = try Model(contentsOf: run)
    #expect(model.classes.count == 10 && model.preprocessing.deviation == [0.4, 0.5, 0.6])
    #expect(
      model.parameters["layer2.0.conv1.weight"] == (try Model(contentsOf: base)).parameters["layer2.0.conv1.weight"])
    let record = try RunFolder.record(of: run)
    #expect(record.recipe.classWeights == .auto && record.recipe.sampling == .balanced)
    #expect(record.from?.place == base)
    #expect(record.fineTuning == FineTuning(freezeUntil: "layer3", learningRateScales: ["head": 10, "layer3": 0.5]))

    try FileManager.default.removeItem(atPath: base)
    let resumed = try Tool.run(["train", "--resume", run, "--extend", "--epochs", "3"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let heading = resumed.output.replacingOccurrences(of: "\n", with: " ")
    #expect(heading.contains("fine-tuned from \(base), frozen until layer3"), "\(heading)")
    #expect(try RunFolder.record(of: run).from == record.from)
    let thawed = try Tool.run(["train", "--resume", run, "--override", "--epochs", "4", "--freeze-until", "layer2"])
    #expect(thawed.status == 0, "\(thawed.errors)")
    #expect(try RunFolder.record(of: run).fineTuning?.freezeUntil == "layer2")
  }

  @Test("The folder of a run is a model to begin with, and equal runs leave equal files")
  func fromRun() throws {
    #expect(try train("--network", "resnet8", "--output", run).status == 0)
    let tuned = folder.path + "/tuned"
    for output in [tuned, tuned + "2"] {
      let result = try train("--from", run, "--output", output)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.replacingOccurrences(of: "\n", with: " ").contains(": 37 of 37 tensors taken over"))
    }
    func bytes(_ run: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors")) }
    #expect(try bytes(tuned) == bytes(tuned + "2"))
    // A network that is named must be the model's.
    #expect(try train("--from", run, "--network", "resnet8", "--output", tuned + "3").status == 0)
  }

  @Test("What does not fit is refused in one line, and nothing is written")
  func refusals() throws {
    try folder.write(Array("airplane 1\n".utf8), to: "weights.txt")
    try folder.write(Array("no model".utf8), to: "text.safetensors")
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"
    for (options, status, answer) in [
      (["--from", base, "--network", "resnet14"], 65, "the model is a 'resnet8', not a 'resnet14'"),
      (["--from", base, "--network", "plain8"], 65, "computes something else, first at layer1.0.add"),
      (["--from", base, "--freeze-until", "layr3"], 64, "Did you mean layer3? Its modules are conv1, bn1"),
      (["--from", base, "--learning-rate-scale", "layer9=2"], 64, "called 'layer9'. Its modules are conv1, bn1"),
      (["--from", base, "--learning-rate-scale", "fc"], 64, "fc"),
      (["--from", base, "--learning-rate-scale", "fc=2", "--learning-rate-scale", "fc=3"], 64, "is scaled twice"),
      (["--from", base, "--class-weights", folder.path + "/weights.txt"], 65, "9 of 10 classes have no weight"),
      (["--from", base, "--class-weights", "no-such-file"], 65, "no-such-file"),
      (["--from", folder.path + "/none"], 65, "there is no such file or folder"),
      (["--from", folder.path + "/text.safetensors"], 65, "text.safetensors"),
      (["--from", fixtures + "/checkpoints/network.th"], 65, "Make a model of it with 'resnet import --network'"),
      ([], 64, "A new run needs --network"),
    ] as [([String], Int32, String)] {
      let result = try Tool.run(["train", "--data", data, "--output", run, "--epochs", "1"] + options)
      #expect(result.status == status, "\(options): \(result.errors)")
      let errors = result.errors.replacingOccurrences(of: "\n", with: " ")
      #expect(errors.contains(answer), "\(options): \(errors)")
      #expect(!FileManager.default.fileExists(atPath: run + "/run.json"))
    }
    #expect(try train("--from", base, "--output", run).status == 0)
    let again = try Tool.run(["train", "--resume", run, "--from", base])
    #expect(again.status == 64 && again.errors.contains("--from cannot be given with --resume"))
  }

  @Test("Weights of classes come from a file too, and a dry run tells the memory where layers are frozen")
  func weightsAndCost() throws {
    let names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    let lines = names.enumerated().map { "\($1)\t\($0 + 1)" }.joined(separator: "\n")
    try folder.write(Array(lines.utf8), to: "weights.txt")
    let trained = try train("--from", base, "--output", run, "--class-weights", folder.path + "/weights.txt")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try RunFolder.record(of: run).fineTuning?.classWeights == (1...10).map(Double.init))
    #expect(trained.output.contains("classes weighted by a file"))
    // How much less it is than without is tested where nothing else of the process counts (FineTuningTests).
    let estimate = try Tool.run(
      ["train", "--data", data, "--from", base, "--batch", "20", "--dry-run", "--json", "--threads", "1"]
        + ["--freeze-until", "head"])
    #expect(estimate.status == 0, "\(estimate.errors)")
    #expect(try JSONDecoder().decode(TrainingEstimate.self, from: Data(estimate.output.utf8)).peakMemoryBytes > 0)
  }
}
