import Foundation
import ResNet
import Testing

/// What `resnet diagnose` says of runs that are broken on purpose.
@Suite struct DiagnoseTests {
  private let folder: TemporaryFolder
  private var run: String { folder.path + "/run" }

  init() throws {
    folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
  }

  private func train(_ network: String, rate: String, epochs: Int = 3) throws -> Tool.Result {
    try Tool.run([
      "train", "--network", network, "--data", folder.path + "/data", "--output", run, "--epochs", "\(epochs)",
      "--batch", "10", "--learning-rate", rate, "--threads", "1", "--precision", "f32",
    ])
  }

  private func diagnose(_ more: String...) throws -> String {
    let result = try Tool.run(["diagnose", run] + more)
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  @Test("A run with far too low a rate is told so, as text and as JSON")
  func rateTooLow() throws {
    #expect(try train("resnet8", rate: "1e-6").status == 0)
    let text = try diagnose("--data", folder.path + "/data")
    #expect(text.hasPrefix("\(run): resnet8, finished after 6 of 6 steps\ntraining error "), "\(text)")
    #expect(text.contains("1. learning rate too low\nmeasured   the learning rate is 1e-06"), "\(text)")
    #expect(text.contains("change     train with --learning-rate 0.00781"), "\(text)")
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("gradients by layer and ReLUs on 20 images"), "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix(run) }, "\(text)")
    let json = try diagnose("--json", "--data", folder.path + "/data")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.first?["fault"] as? String == "learning rate too low")
    let gradients = try #require((object["batch"] as? [String: Any])?["gradients"] as? [[String: Any]])
    #expect(gradients.map { $0["layer"] as? String }.first == "conv1" && gradients.count == 8)
    #expect(gradients.allSatisfy { ($0["norm"] as? Double ?? 0) > 0 })
  }

  @Test("A run that diverged is told with its step, although it saved no model")
  func divergence() throws {
    var architecture = try Architecture.named("plain8")
    architecture.normalization = .none
    try folder.write(Array(architecture.json().utf8), to: "bare.json")
    #expect(try train(folder.path + "/bare.json", rate: "1e3", epochs: 8).status == 65)
    let step = try #require(try RunFolder.record(of: run).divergedAt)
    let text = try diagnose()
    #expect(text.contains("failed after"), "\(text)")
    #expect(text.contains("1. divergence\nmeasured   the loss was not finite at step \(step) of 16"), "\(text)")
    #expect(text.contains("--normalization batch"))
    try? FileManager.default.removeItem(atPath: run + "/model.safetensors")
    let result = try Tool.run(["diagnose", run, "--data", folder.path + "/data"])
    #expect(result.status == 0 && result.errors.contains("the run has saved no model yet"), "\(result.errors)")
  }

  @Test("What is no run, and data of others, is refused")
  func refusals() throws {
    let none = try Tool.run(["diagnose", folder.path + "/none"])
    #expect(none.status == 65 && none.errors.contains("run.json"), "\(none.errors)")
    #expect(try train("resnet8", rate: "0.01").status == 0)
    let missing = try Tool.run(["diagnose", run, "--data", folder.path + "/missing"])
    #expect(missing.status == 65 && missing.errors.contains("there is no such folder"), "\(missing.errors)")
    try folder.write(Array("P5\n2 2\n255\n1234".utf8), to: "photos/a/1.pgm")
    let other = try Tool.run(["diagnose", run, "--data", folder.path + "/photos"])
    #expect(other.status == 65 && other.errors.contains("classes"), "\(other.errors)")
    try folder.write(Array("a,b\n".utf8), to: "run/history.csv")
    let damaged = try Tool.run(["diagnose", run])
    #expect(damaged.status == 65 && damaged.errors.contains("history.csv, line 1"), "\(damaged.errors)")
  }
}
