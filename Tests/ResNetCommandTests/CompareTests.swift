import Foundation
import ResNet
import Testing

/// What `resnet compare` makes of small networks on small pictures.
@Suite struct CompareTests {
  private let folder: TemporaryFolder
  private var output: String { folder.path + "/compared" }

  init() throws {
    folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
  }

  private func arguments(
    _ networks: [String] = ["plain8", "resnet8"], epochs: Int = 2, seeds: Int = 2, output: String? = nil
  ) -> [String] {
    ["compare"] + networks + [
      "--data", folder.path + "/data", "--output", output ?? self.output, "--epochs", "\(epochs)", "--batch", "10",
      "--learning-rate", "0.01", "--seeds", "\(seeds)", "--threads", "1", "--precision", "f32", "--checkpoint-every",
      "1",
    ]
  }

  private func bytes(_ file: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file)) }

  private func models(_ output: String) throws -> [Data] {
    try ["plain8-seed0", "resnet8-seed0", "plain8-seed1", "resnet8-seed1"].map {
      try bytes("\(output)/\($0)/model.safetensors")
    }
  }

  @Test("Networks are trained with each seed, and figures, table and verdict are written")
  func whole() throws {
    let result = try Tool.run(arguments(["plain8", "resnet8", "resnet14"]))
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "6 runs of 2 epochs (quick) on CIFAR-10 training, in f32")
    #expect(lines[1].hasPrefix("plain8, seed 0: training error ") && lines[3].hasPrefix("resnet14, seed 0: "))
    #expect(lines[4].hasPrefix("plain8, seed 1: "))
    let words = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("the residual networks: from 8 to 14 layers the test"), "\(result.output)")
    #expect(lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("  /") }, "\(result.output)")
    #expect(result.errors.contains("run 6 of 6: resnet14, seed 1"))
    for file in ["comparison.svg", "comparison-depth.svg", "comparison-gap.svg", "comparison.csv", "comparison.txt"] {
      #expect(result.output.contains("  \(output)/\(file)\n"))
      #expect(try !bytes("\(output)/\(file)").isEmpty)
    }
    #expect(try RunFolder.record(of: output + "/resnet14-seed1").seed == 1)

    // Again there is nothing to train, whatever the number of seeds below.
    let before = try bytes(output + "/plain8-seed0/run.json")
    let json = try Tool.run(arguments(["plain8", "resnet8"]) + ["--json"])
    #expect(json.status == 0, "\(json.errors)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let networks = try #require(object["networks"] as? [[String: Any]])
    #expect(networks.map { $0["network"] as? String } == ["plain8", "resnet8"])
    #expect(networks[0]["layers"] as? Int == 8 && networks[0]["seeds"] as? [Int] == [0, 1])
    #expect((networks[1]["testError"] as? [String: Any])?["median"] is Double)
    #expect((object["verdict"] as? String)?.contains("With 8 layers") == true)
    #expect(try bytes(output + "/plain8-seed0/run.json") == before)

    // Folders of runs are taken as they are.
    let runs = try Tool.run(
      [
        "compare", output + "/plain8-seed0", output + "/plain8-seed1", output + "/resnet14-seed0", "--output",
        folder.path + "/taken",
      ])
    #expect(runs.status == 0, "\(runs.errors)")
    #expect(runs.output.contains("plain8         8     2"), "\(runs.output)")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/taken/comparison.svg"))
    let both = try Tool.run(
      arguments(["resnet8", output + "/plain8-seed0"], seeds: 1, output: folder.path + "/both"))
    #expect(both.status == 0 && both.output.contains("With 8 layers"), "\(both.errors)")
  }

  @Test("Stopped within a run, killed within another and between runs, it goes on to the same bits")
  func interruption() throws {
    let whole = folder.path + "/whole"
    #expect(try Tool.run(arguments(epochs: 30, output: whole)).status == 0)
    func checkpoints(_ run: String) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: "\(output)/\(run)/checkpoints")) ?? []
    }
    let stopped = try Tool.start(arguments(epochs: 30))
    try stopped.wait { checkpoints("plain8-seed0").count >= 2 }
    stopped.signal(SIGINT)
    let result = try stopped.end()
    #expect(result.status == 130, "\(result.errors)")
    #expect(result.errors.contains("stopped and saved; to go on: the same command again"), "\(result.errors)")
    let killed = try Tool.start(arguments(epochs: 30))
    try killed.wait { checkpoints("resnet8-seed0").count >= 2 }
    killed.signal(SIGKILL)
    _ = try killed.end()
    // Killed as it began the third run: folders, and nothing in them.
    try FileManager.default.createDirectory(
      atPath: output + "/plain8-seed1/checkpoints", withIntermediateDirectories: true)
    let last = try Tool.run(arguments(epochs: 30))
    #expect(last.status == 0, "\(last.errors)")
    #expect(
      last.output.hasPrefix("4 runs of 30 epochs (quick) on CIFAR-10 training, in f32; 1 already done\n"),
      "\(last.output)")
    #expect(try models(output) == models(whole))
    func untimed(_ output: String) throws -> [String] {
      // Times are the last three columns.
      try String(decoding: bytes(output + "/comparison.csv"), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).dropLast(3).joined(separator: ",") }
    }
    #expect(try untimed(output) == untimed(whole))
  }

  @Test("Another recipe, other data or another network in the folders is refused before anything is trained")
  func others() throws {
    #expect(try Tool.run(arguments(["resnet8"], seeds: 1)).status == 0)
    func refused(_ more: [String], _ words: String, networks: [String] = ["plain8", "resnet8"]) throws {
      let result = try Tool.run(arguments(networks, seeds: 1) + more)
      #expect(result.status == 64, "\(result.errors)")
      #expect(result.errors.contains(words) && result.errors.contains("resnet8-seed0"), "\(result.errors)")
      #expect(result.errors.contains("Give the options that the comparison began with, or another folder."))
      #expect(!FileManager.default.fileExists(atPath: output + "/plain8-seed0"))
    }
    try refused(["--weight-decay", "0.5"], "recipe.weightDecay was 0.0005 and is now 0.5")
    try refused(["--threads", "2"], "threads was 1 and is now 2")
    try writeCIFAR10(to: folder, in: "other", records: 5)
    try refused(
      ["--data", folder.path + "/other"],
      "the training images are others than before: 25 of CIFAR-10 training, before 20")
    var architecture = try Architecture.named("resnet8")
    architecture.shortcut = .projection
    try folder.write(Array(architecture.json().utf8), to: "mine.json")
    try refused([], "network.shortcut", networks: ["plain8", folder.path + "/mine.json"])
  }

  @Test("A run that diverges is a result, and the next one is trained")
  func divergence() throws {
    var architecture = try Architecture.named("plain8")
    architecture.name = "bare"
    architecture.normalization = .none
    try folder.write(Array(architecture.json().utf8), to: "bare.json")
    let networks = [folder.path + "/bare.json", "resnet8"]
    let result = try Tool.run(arguments(networks, epochs: 8, seeds: 1) + ["--learning-rate", "20"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("note: bare with seed 0 diverged: "), "\(result.errors)")
    let words = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("bare diverged with its seed."), "\(result.output)")
    #expect(try RunFolder.record(of: output + "/bare-seed0").divergedAt != nil)
    #expect(try RunFolder.record(of: output + "/resnet8-seed0").state == .finished)
    let again = try Tool.run(arguments(networks, epochs: 8, seeds: 1) + ["--learning-rate", "20"])
    #expect(again.status == 0 && again.output.contains("2 already done"), "\(again.errors)")
  }

  @Test("What cannot be compared is refused in one line")
  func refusals() throws {
    func refused(_ arguments: [String], status: Int32 = 64, _ words: String) throws {
      let result = try Tool.run(arguments)
      #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
    try refused(arguments(["resnet9"]), "there is no resnet of depth 9")
    try refused(arguments(["resnet8", "resnet8"]), "two networks are called 'resnet8'")
    try refused(arguments(seeds: 0), "0 seeds are not possible")
    try refused(["compare", "resnet8", "--output", output], "--data is missing")
    try refused(arguments(output: ""), "the output folder has no name")
    try refused(arguments() + ["--data", folder.path + "/none"], status: 65, "there is no such folder")
    try folder.write(Array("x".utf8), to: "compared/plain8-seed0/model.safetensors")
    try refused(arguments(), "there is a run in this folder already (model.safetensors)")
    let tool = try Tool.start([
      "train", "--network", "resnet8", "--data", folder.path + "/data", "--output", folder.path + "/run", "--epochs",
      "1000000", "--batch", "10", "--checkpoint-every", "1",
    ])
    try tool.wait { FileManager.default.fileExists(atPath: folder.path + "/run/history.csv") }
    tool.signal(SIGKILL)
    _ = try tool.end()
    try refused(["compare", folder.path + "/run", "--output", output], status: 65, "the run is not finished")
    try refused(arguments(["resnet8", folder.path + "/run"]), status: 65, "the run is not finished")
  }
}
