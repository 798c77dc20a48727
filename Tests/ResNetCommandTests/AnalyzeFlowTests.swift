import Foundation
import ResNet
import Testing

/// The views of how networks learn, as a user calls them.
@Suite struct AnalyzeFlowTests {
  /// A folder with the small CIFAR-10 and a run on it, which recorded its updates.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let result = try Tool.run(
      [
        "train", "--network", "resnet8", "--data", ".", "--epochs", "2", "--batch", "10", "--output", "run", "--record",
        "updates", "--checkpoint-every", "1", "--threads", "1", "--precision", "f32",
      ], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    return folder
  }

  private func analyze(_ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(["analyze"] + arguments, in: folder.path)
  }

  @Test("The updates that a run recorded are written beside it; on resuming it records them as before")
  func updates() throws {
    let folder = try folder()
    let result = try analyze("updates", "run", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("Updates of weights by layer: run\n\nrun: in the first third of the run a step"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/run/analysis").sorted()
    #expect(files == ["updates-lines.svg", "updates.csv", "updates.svg", "updates.txt"])
    #expect(
      result.output.hasSuffix(
        ["updates.svg", "updates-lines.svg", "updates.csv", "updates.txt"].map { "  run/analysis/\($0)\n" }.joined()))
    let before = try String(contentsOfFile: folder.path + "/run/updates.csv", encoding: .utf8)
    let more = try Tool.run(
      ["train", "--resume", "run", "--extend", "--epochs", "3", "--threads", "1"], in: folder.path)
    #expect(more.status == 0, "\(more.errors)")
    let after = try String(contentsOfFile: folder.path + "/run/updates.csv", encoding: .utf8)
    // Two steps of eight layers an epoch.
    #expect(after.hasPrefix(before) && after.split(separator: "\n").count == 1 + 3 * 2 * 8)
  }

  @Test("Gradients of a run, of its beginning, and of networks that begin stand in one table")
  func gradients() throws {
    let folder = try folder()
    let result = try analyze(
      "gradients", "run", "--during", "--network", "plain8", "--normalization", "none", "--data", ".", "--csv",
      "--threads", "1", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines[0] == "network,layer,depth,on_longest_path,weight_gradient_norm,activation_gradient_norm")
    // A name with a comma is in quotation marks.
    let names = Set(lines.dropFirst().map { $0.split(separator: $0.hasPrefix("\"") ? "\"" : ",")[0] })
    #expect(names == ["run, step 0", "run, step 2", "run, step 3", "run, step 4", "plain8 normalization=none"])
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/analysis"))
  }

  @Test("Depth, responses and shattering are measured")
  func others() throws {
    let folder = try folder()
    let depth = try analyze(
      "depth", "run", "--network", "resnet8", "--data", ".", "--seconds", "0", "--csv", "--threads", "1", in: folder)
    #expect(depth.status == 0, "\(depth.errors)")
    let rows = depth.output.split(separator: "\n")
    #expect(rows.count == 3 && rows[1].hasPrefix("run,8,75") && rows[2].hasPrefix("resnet8,8,75"))
    #expect(rows[1].last != "," && rows[2].last == ",")
    let responses = try analyze("responses", "run", "--data", ".", "--images", "4", "--threads", "1", in: folder)
    #expect(responses.status == 0 && responses.output.contains("The mean deviation over the 3×3 layers: run "))
    let lines = try analyze(
      "shattering", "run", "--data", ".", "--lines", "1", "--output", "lines", "--threads", "1", in: folder)
    #expect(lines.status == 0 && lines.output.contains("lines/shattering-examples.svg"), "\(lines.errors)")
  }

  @Test(
    "What makes no sense ends with the remedy",
    arguments: [
      ("updates blank.safetensors --output x", 64, "Give the folder of a run"),
      ("updates none --output x", 65, "there is no such file or folder"),
      ("gradients --data .", 64, "Name a run, a safetensors file or a --network."),
      ("gradients --network resnet8 --data .", 64, "say with --output where they are to go"),
      ("gradients blank.safetensors --during --data . --output x", 64, "Give the folder of a run"),
      ("gradients blank.safetensors --shortcut b --data . --output x", 64, "is for networks that begin"),
      ("gradients blank.safetensors blank.safetensors --data . --output x", 64, "named twice"),
      ("responses blank.safetensors --data .", 64, "say with --output where they are to go"),
      ("shattering --network resnet8", 64, "Say with --data where images are to come from."),
      ("shattering --data .", 64, "--data is for networks"),
      ("shattering --lines 2", 64, "--lines for networks on images"),
      ("shattering --runs 0", 64, "Use 1 to 10000 random networks."),
      ("depth --network resnet9 --output x", 64, "The nearest are resnet8 and resnet14"),
      ("depth --output x", 64, "Name a run"),
      ("depth --network resnet8 --broken skip --output x", 64, "say with --data where they are"),
    ] as [(String, Int32, String)])
  func refusals(arguments: String, status: Int32, answer: String) throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let data = try CIFAR10(at: folder.path).test
    try Model(
      architecture: .cifar(depth: 8), classes: data.classNames, preprocessing: .perChannel(of: data), seed: 0
    ).write(to: folder.path + "/blank.safetensors")
    let result = try Tool.run(["analyze"] + arguments.split(separator: " ").map(String.init), in: folder.path)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(answer), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/x"))
  }
}
