import Foundation
import ResNet
import Testing

@testable import ResNetCommand

@Suite struct AnalyzePicturesTests {
  /// A folder with a data set in CIFAR-10's format, a model that takes it, and a photograph.
  private func workshop() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data", records: 8)
    let classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    for (name, seed) in [("model", 1), ("other", 2)] {
      try Model(
        architecture: .cifar(depth: 8), classes: classes,
        preprocessing: Preprocessing(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]), seed: UInt64(seed)
      ).write(to: folder.path + "/\(name).safetensors")
    }
    try folder.write(Array("P6 4 2 255\n".utf8) + (0..<24).map { UInt8($0 * 10) }, to: "photo.ppm")
    return folder
  }

  @Test("The surface is written as contours, relief, numbers and text, and nothing half done is left")
  func surface() throws {
    let folder = try workshop()
    let arguments = [
      "analyze", "surface", "model.safetensors", "--data", "data", "--points", "3", "--images", "16", "--output", "out",
    ]
    let result = try Tool.run(arguments, in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("Loss surface of model\n\nAt the centre"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted()
    #expect(files == ["surface-relief.svg", "surface.csv", "surface.svg", "surface.txt"])
    let printed = try Tool.run(arguments.dropLast(2) + ["--csv"], in: folder.path)
    #expect(printed.status == 0, "\(printed.errors)")
    #expect(printed.output == (try String(contentsOfFile: folder.path + "/out/surface.csv", encoding: .utf8)))
  }

  @Test("A surface that Ctrl-C stopped goes on with the same command, and not with another")
  func resuming() throws {
    let folder = try workshop()
    func arguments(seed: Int) -> [String] {
      [
        "analyze", "surface", "model.safetensors", "--data", "data", "--points", "101", "--images", "40", "--seed",
        "\(seed)", "--output", "out",
      ]
    }
    let part = folder.path + "/out/surface.part.json"
    let tool = try Tool.start(arguments(seed: 0), in: folder.path)
    try tool.wait { FileManager.default.fileExists(atPath: part) }
    tool.signal(SIGINT)
    let stopped = try tool.end()
    #expect(stopped.status == 130)
    #expect(stopped.errors.contains("the same command goes on with it"))
    let refused = try Tool.run(arguments(seed: 1), in: folder.path)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("other seed"))
    let before = try Data(contentsOf: URL(fileURLWithPath: part)).count
    let again = try Tool.start(arguments(seed: 0), in: folder.path)
    try again.wait { try Data(contentsOf: URL(fileURLWithPath: part)).count > before }
    again.signal(SIGTERM)
    #expect(try again.end().status == 143)
  }

  @Test("The line between two trainings of a network is drawn, and refused between different ones")
  func line() throws {
    let folder = try workshop()
    let result = try Tool.run(
      [
        "analyze", "surface", "model.safetensors", "--to", "other.safetensors", "--data", "data", "--points", "3",
        "--output", "out",
      ], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted() == [
        "line.csv", "line.svg", "line.txt",
      ])
    let lines = try String(contentsOfFile: folder.path + "/out/line.csv", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines[1].hasPrefix("CIFAR-10 training,0.0,") && lines[6].hasPrefix("CIFAR-10 test,1.0,"))
    let wrong = try Tool.run(
      ["analyze", "surface", "model.safetensors", "--to", "other.safetensors", "--data", "data", "--seed", "1"],
      in: folder.path)
    #expect(wrong.status == 64 && wrong.errors.contains("A line has no directions"))
  }

  @Test("Class maps of photographs and of a data set's images are drawn")
  func cam() throws {
    let folder = try workshop()
    let photograph = try Tool.run(
      ["analyze", "cam", "model.safetensors", "photo.ppm", "--class", "frog", "--output", "out"], in: folder.path)
    #expect(photograph.status == 0, "\(photograph.errors)")
    #expect(photograph.output.hasPrefix("Where model sees frog\n"))
    let figure = try String(contentsOfFile: folder.path + "/out/cam.svg", encoding: .utf8)
    #expect(figure.components(separatedBy: "<image ").count == 3)
    let many = try Tool.run(
      ["analyze", "cam", "model.safetensors", "--data", "data", "--first", "3", "--csv"], in: folder.path)
    #expect(many.status == 0, "\(many.errors)")
    #expect(many.output.split(separator: "\n").count == 1 + 3 * 64)
    let chosen = try Tool.run(
      ["analyze", "cam", "model.safetensors", "--data", "data", "--images", "7, 0", "--layer", "layer2", "--csv"],
      in: folder.path)
    #expect(chosen.output.split(separator: "\n")[1].hasPrefix("image 7,"))
    #expect(chosen.output.split(separator: "\n").count == 1 + 2 * 256)
  }

  @Test(
    "What cannot be looked at ends with its status and says what would work",
    arguments: [
      (["cam", "model.safetensors", "photo.ppm", "--class", "frogs"], 64, "Did you mean 'frog'?"),
      (["cam", "model.safetensors", "photo.ppm", "--layer", "layer7"], 64, "Its modules are"),
      (["cam", "model.safetensors", "photo.ppm", "--layer", "fc"], 64, "no layer with channels of pixels"),
      (["cam", "model.safetensors", "missing.jpg"], 65, "missing.jpg"),
      (["cam", "model.safetensors", "model.safetensors"], 65, "no picture of a kind that is known"),
      (["cam", "model.safetensors"], 64, "one of the two"),
      (["cam", "model.safetensors", "photo.ppm", "--data", "data"], 64, "one of the two"),
      (["cam", "model.safetensors", "photo.ppm", "--first", "2"], 64, "--images and --first choose"),
      (["cam", "model.safetensors", "--data", "data", "--images", "8"], 64, "there is no image 8 among 8"),
      (["cam", "model.safetensors", "--data", "data", "--images", "1,x"], 64, "as in 3,17,42"),
      (["cam", "model.safetensors", "--data", "data", "--first", "0"], 64, "--first takes 1 to"),
      (["cam", "model.safetensors", "--data", "data", "--first", "1", "--images", "1"], 64, "not both"),
      (["cam", "model.safetensors", "--data", "nowhere"], 65, "there is no such folder"),
      (["surface", "model.safetensors", "--data", "data", "--points", "4"], 64, "odd number"),
      (["surface", "model.safetensors", "--data", "data", "--images", "0"], 64, "at least one"),
      (["features", "model.safetensors", "--data", "data", "--channels", "0"], 64, "at least one"),
    ])
  func refusals(arguments: [String], status: Int32, words: String) throws {
    let folder = try workshop()
    let result = try Tool.run(["analyze"] + arguments + ["--output", "out"], in: folder.path)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test("A file has no folder of its own, which is told before anything is measured")
  func withoutFolder() throws {
    let folder = try workshop()
    for view in ["surface", "cam", "features"] {
      let result = try Tool.run(["analyze", view, "model.safetensors", "--data", "data"], in: folder.path)
      #expect(result.status == 64)
      #expect(result.errors.contains("--output"))
    }
  }

  @Test("Filters and what excites channels are drawn, a picture for each stage")
  func features() throws {
    let folder = try workshop()
    let result = try Tool.run(
      ["analyze", "features", "model.safetensors", "--data", "data", "--channels", "2", "--output", "out"],
      in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted()
    #expect(files.count == 6 && files.contains("features.svg") && files.contains("features.csv"))
    let filters = try String(contentsOfFile: folder.path + "/out/features.svg", encoding: .utf8)
    #expect(filters.components(separatedBy: "<image ").count == 17)
  }

  @Test("Progress says the share that is done and how long the rest takes")
  func progress() {
    #expect(AnalysisProgress.line(0.5, since: 0.25, seconds: 30, separator: " | ") == "50 % | 1:00 left")
    #expect(AnalysisProgress.line(0.25, since: 0.25, seconds: 1, separator: " | ") == "25 %")
  }
}
