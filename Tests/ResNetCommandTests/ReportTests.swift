import Foundation
import ResNet
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What `resnet report` makes of small runs on small pictures.
@Suite struct ReportTests {
  private let folder: TemporaryFolder
  private var page: String { folder.path + "/report.html" }

  init() throws {
    folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
  }

  private func train(_ run: String, network: String = "resnet8") throws {
    let result = try Tool.run([
      "train", "--network", network, "--data", folder.path + "/data", "--output", "\(folder.path)/\(run)", "--epochs",
      "2", "--batch", "10", "--learning-rate", "0.01", "--threads", "1", "--precision", "f32", "--progress", "none",
    ])
    #expect(result.status == 0, "\(result.errors)")
  }

  private func report(_ arguments: String...) throws -> Tool.Result {
    try Tool.run(["report"] + arguments + ["--threads", "1"], in: folder.path)
  }

  private func text() throws -> String { try String(contentsOfFile: page, encoding: .utf8) }

  @Test("A run's page holds its curves, mistakes, diagnosis and views; the same command gives the same bytes")
  func whole() throws {
    try train("run")
    let analysis = try Tool.run(
      ["analyze", "responses", "run", "--data", "data", "--threads", "1"], in: folder.path)
    #expect(analysis.status == 0, "\(analysis.errors)")
    let result = try report("run", "-o", "report.html")
    #expect(result.status == 0 && result.output == "report.html holds 1 run and 1 view\n", "\(result.errors)")
    #expect(result.errors.isEmpty)
    let html = try text()
    #expect(XMLParser(data: Data(html.utf8)).parse())
    for part in ["training", "results", "curves", "diagnosis", "mistakes", "views"] {
      #expect(html.contains("<section id=\"\(part)\">"), "\(part)")
    }
    #expect(
      html.contains("airplane") && html.contains("data:image/png;base64,") && html.contains("Layer responses: run"))
    #expect(html.contains("gradients by layer and ReLUs on 20 images"))
    #expect(!html.contains("<script") && !html.contains(" src=\"http"))
    // One that is there is replaced, by the same bytes.
    #expect(try report("run", "--output", "report.html", "--data", "data").status == 0)
    #expect(try text() == html)
  }

  @Test("Data that has moved is told on the page and beside it, and can be given")
  func moved() throws {
    try train("run")
    try FileManager.default.moveItem(atPath: folder.path + "/data", toPath: folder.path + "/moved")
    let without = try report("run", "-o", "report.html")
    #expect(without.status == 0)
    #expect(without.errors.hasPrefix("note: the images of run are no longer at \(folder.path)/data, so its mistakes"))
    #expect(try text().contains("the images of run are no longer at") && !text().contains("<section id=\"mistakes\">"))
    let with = try report("run", "-o", "report.html", "--data", "moved")
    #expect(with.status == 0 && with.errors.isEmpty, "\(with.errors)")
    #expect(try text().contains("<section id=\"mistakes\">"))
    try writeCIFAR10(to: folder, in: "other", records: 5)
    let other = try report("run", "-o", "report.html", "--data", "other")
    #expect(other.status == 0 && other.errors.contains("is not what run was trained and tested on"), "\(other.errors)")
    #expect(try text().contains("is not what run was trained and tested on"))
  }

  @Test("What cannot be done is refused in one line, and no page is written")
  func refusals() throws {
    try train("run")
    func refused(_ arguments: [String], _ status: Int32, _ words: String) throws {
      let result = try Tool.run(["report"] + arguments, in: folder.path)
      #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1 && result.output.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: page))
    }
    try refused(["run", "-o", "run/run.json"], 64, "--output takes a file that is called .html.")
    try refused(["run"], 64, "--output")
    try refused(["-o", "report.html"], 64, "<run>")
    try refused(["nowhere", "-o", "report.html"], 65, "nowhere: there is no such folder")
    try refused(["data", "-o", "report.html"], 65, "there is neither a run in this folder nor a view")
    try refused(["run", "-o", "none/report.html"], 74, "none/report.html: cannot be written")
    try refused(["run", "-o", "report.html", "--data", "missing"], 65, "there is no such folder")
    try refused(["run", "-o", "report.html", "--broken", "skip"], 64, "--broken is for pictures")
    try folder.write(Array("P5\n2 2\n255\n1234".utf8), to: "photos/a/1.pgm")
    try refused(["run", "-o", "report.html", "--data", "photos"], 65, "run on ")
    try folder.write(Array("{}".utf8), to: "run/run.json")
    try refused(["run", "-o", "report.html"], 65, "run/run.json: it does not describe a run")
  }
}
