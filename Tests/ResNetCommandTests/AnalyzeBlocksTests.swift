import Foundation
import ResNet
import Testing

@Suite struct AnalyzeBlocksTests {
  /// A folder with small networks for the generated pictures.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let data = GeneratedDataSet(training: 10, test: 10).training
    let networks: [(String, Architecture)] = [
      ("residual", try .cifar(depth: 8)), ("plain", try .named("plain8")),
      ("dense", try .dense(depth: 10, growth: 4, isCompressed: true)),
    ]
    for (name, architecture) in networks {
      try Model(architecture: architecture, classes: data.classNames, preprocessing: .perChannel(of: data), seed: 1)
        .write(to: "\(folder.path)/\(name).safetensors")
    }
    return folder
  }

  private func analyze(_ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(["analyze"] + arguments, in: folder.path)
  }

  @Test(
    "Each view of blocks writes its pictures, numbers and text, and says where",
    arguments: [
      (["lesion", "residual.safetensors", "plain.safetensors", "--draws", "1"], ["lesion.svg", "lesion-several.svg"]),
      (["identity", "residual.safetensors"], ["identity.svg"]),
      (["paths", "residual.safetensors", "--paths", "1"], ["paths.svg"]),
    ])
  func views(arguments: [String], pictures: [String]) throws {
    let folder = try folder()
    let result = try Tool.run(
      ["analyze"] + arguments + [
        "--data", "generated", "--images", "20", "--threads", "1", "--seed", "3", "--output", "out",
      ], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    let files = pictures + ["\(arguments[0]).csv", "\(arguments[0]).txt"]
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.path + "/out")) == Set(files))
    for file in files { #expect(result.output.contains("  out/\(file)\n")) }
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let text = try String(contentsOfFile: "\(folder.path)/out/\(arguments[0]).txt", encoding: .utf8)
    #expect(text.contains("residual") && text.contains("Veit"))
    let picture = try String(contentsOfFile: "\(folder.path)/out/\(pictures[0])", encoding: .utf8)
    #expect(picture.contains("generated test, 20 images"))
  }

  @Test("The weights of a DenseNet are looked at without images")
  func reuse() throws {
    let folder = try folder()
    let result = try analyze("reuse", "dense.safetensors", "--output", "out", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: folder.path + "/out"))
        == ["reuse.svg", "reuse-block2.svg", "reuse-block3.svg", "reuse.csv", "reuse.txt"])
    let table = try analyze("reuse", "dense.safetensors", "--csv", in: folder)
    #expect(table.output.hasPrefix("network,block,target,source,mean_magnitude,relative_magnitude\ndense,1,"))
    #expect(table.output.split(separator: "\n").count == 1 + 3 * 3)
  }

  @Test("The numbers can be printed alone, the same for the same seed")
  func numbers() throws {
    let folder = try folder()
    func numbers(seed: Int) throws -> String {
      let result = try analyze(
        "lesion", "residual.safetensors", "--data", "generated", "--images", "30", "--csv", "--seed", "\(seed)",
        "--threads", "1", in: folder)
      #expect(result.status == 0, "\(result.errors)")
      return result.output
    }
    let once = try numbers(seed: 1)
    #expect(once.hasPrefix("network,treatment,count,blocks,kendall_tau,test_error_percent\nresidual,none,0,,,"))
    #expect(try numbers(seed: 1) == once)
  }

  @Test(
    "What cannot be measured is refused with its status and its name",
    arguments: [
      (["paths", "plain.safetensors"], Int32(64), "plain: it has no shortcuts"),
      (["identity", "plain.safetensors"], 64, "plain: it has no shortcuts"),
      (["lesion", "dense.safetensors"], 64, "dense: it has no block that can be deleted"),
      (["lesion", "residual.safetensors", "--draws", "0"], 64, "At least 1 set of blocks is drawn"),
      (["lesion", "residual.safetensors", "--images", "0"], 64, "at least 1 image"),
      (["identity", "residual.safetensors", "--images", "0"], 64, "at least 1 image"),
      (["paths", "residual.safetensors", "--images=-1"], 64, "at least 1 image"),
      (["paths", "residual.safetensors", "--paths", "0"], 64, "At least 1 path"),
      (["lesion", "nowhere.safetensors"], 65, "nowhere.safetensors"),
    ])
  func refusals(arguments: [String], status: Int32, message: String) throws {
    let folder = try folder()
    let result = try Tool.run(
      ["analyze"] + arguments + ["--data", "generated", "--output", "out"], in: folder.path)
    #expect(result.status == status)
    #expect(result.output.isEmpty && result.errors.contains(message), "\(result.errors)")
  }

  @Test("A file needs a folder for what is written, and reuse a DenseNet; data that do not fit are told")
  func more() throws {
    let folder = try folder()
    let nowhere = try analyze("lesion", "residual.safetensors", "--data", "generated", in: folder)
    #expect(nowhere.status == 64 && nowhere.errors.contains("--output"))
    let residual = try analyze("reuse", "residual.safetensors", "--csv", in: folder)
    #expect(residual.status == 64 && residual.errors.contains("residual: no layer of it takes the joined outputs"))
    let data = try Tool.run(
      ["analyze", "paths", "residual.safetensors", "--data", "nothing", "--csv"], in: folder.path)
    #expect(data.status == 65 && data.errors.contains("nothing"))
  }
}
