import Foundation
import ResNet
import Testing

@Suite struct RunsTests {
  private func train(_ network: String, in folder: TemporaryFolder, _ more: String...) throws {
    let result = try Tool.run(
      [
        "train", "--network", network, "--data", folder.path + "/data", "--output", folder.path + "/runs/\(network)",
        "--epochs", "2", "--batch", "10", "--learning-rate", "0.01", "--threads", "1",
      ] + more)
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("Runs are listed with where they stand, as a table, as JSON and as curves in one figure")
  func list() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
    try train("resnet8", in: folder)
    try train("plain8", in: folder)
    let curves = folder.path + "/curves.svg"
    let result = try Tool.run(["runs", "--curves", curves], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("run "))
    #expect(lines[1].hasPrefix("runs/plain8 ") && lines[1].contains(" finished  "))
    #expect(lines[2].hasPrefix("runs/resnet8 ") && lines[2].contains("  2/2  "))
    #expect(lines.allSatisfy { $0.count <= 80 })
    let figure = try String(contentsOfFile: curves, encoding: .utf8)
    #expect(figure.contains("runs/plain8, test") && figure.contains("runs/resnet8, training"))

    let json = try Tool.run(["runs", "runs/resnet8", "--json"], in: folder.path)
    let line = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(line["run"] as? String == "runs/resnet8")
    #expect(line["epochs"] as? Int == 2 && line["step"] as? Int == 4 && line["steps"] as? Int == 4)
    #expect(line["state"] as? String == "finished")
    #expect(line["bestError"] is Double && line["seconds"] is Double)
  }

  @Test("A run without a process is told from one at work, and a damaged one does not hide the others")
  func states() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
    try train("resnet8", in: folder)
    try folder.write(Array("{".utf8), to: "runs/broken/run.json")
    let arguments = [
      "train", "--network", "resnet8", "--data", folder.path + "/data", "--output", folder.path + "/runs/long",
      "--epochs", "1000000", "--batch", "10", "--threads", "1", "--checkpoint-every", "5",
    ]
    let long = try Tool.start(arguments)
    try long.wait { FileManager.default.fileExists(atPath: folder.path + "/runs/long/model.safetensors") }
    let during = try Tool.run(["runs"], in: folder.path)
    #expect(during.status == 0)
    #expect(during.output.contains("running"))
    #expect(during.errors.contains("runs/broken/run.json"))
    long.signal(SIGKILL)
    _ = try long.end()
    let after = try Tool.run(["runs"], in: folder.path)
    #expect(after.output.contains("stopped") && !after.output.contains("running"))
  }

  @Test("Where there are no runs the error says so")
  func nothing() throws {
    let folder = try TemporaryFolder()
    for (arguments, answer) in [
      (["runs", folder.path], "there are no runs in this folder"),
      (["runs", folder.path + "/nowhere"], "there is no such folder"),
    ] {
      let result = try Tool.run(arguments)
      #expect(result.status == 65)
      #expect(result.errors.contains(answer), "\(result.errors)")
    }
    try writeCIFAR10(to: folder, in: "data")
    try train("resnet8", in: folder)
    try folder.write(Array("a,b\n1,2\n".utf8), to: "runs/resnet8/history.csv")
    let damaged = try Tool.run(["runs", folder.path, "--curves", folder.path + "/c.svg"])
    #expect(damaged.status == 65)
    #expect(damaged.errors.contains("history.csv, line 1: it is no history of a run"), "\(damaged.errors)")
    try train("plain8", in: folder)
    let unwritable = try Tool.run(["runs", folder.path + "/runs", "--curves", folder.path + "/none/c.svg"])
    #expect(unwritable.status == 74)
    #expect(unwritable.output.contains("plain8"))
  }
}
