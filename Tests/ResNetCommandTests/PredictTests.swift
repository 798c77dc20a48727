import Foundation
import ResNet
import ResNetFiles
import Testing

@testable import ResNetCommand

@Suite struct PredictTests {
  /// A folder with models that do not look at pictures, and some pictures: of 32×32 and of other sizes, one in a folder
  /// below, a hidden one, one that is none and a file of another kind.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let preprocessing = try Preprocessing(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])
    let first = try Model(
      architecture: .cifar(depth: 8), classes: ["cat", "a \"wild\" dog, or wolf", "cow"], preprocessing: preprocessing,
      seed: 0)
    var parameters = first.parameters.mapValues { Tensor(repeating: 0, shape: $0.shape) }
    parameters["fc.bias"] = Tensor(shape: [3], scalars: [0, Float(log(6.0)), 0])
    let model = try Model(
      architecture: first.architecture, classes: first.classes, preprocessing: preprocessing, parameters: parameters)
    try model.write(to: folder.path + "/model.safetensors")
    try folder.write(Self.picture(32, 32), to: "photos/b.ppm")
    try folder.write(Self.picture(40, 30), to: "photos/a.PPM")
    try folder.write(Self.picture(32, 32), to: "photos/below/c.ppm")
    try folder.write(Self.picture(32, 32), to: "photos/.hidden/d.ppm")
    try folder.write(Self.picture(32, 32), to: "photos/.e.ppm")
    try folder.write(Array("notes".utf8), to: "photos/notes.txt")
    try folder.write(Array("P6 9 9 255\n".utf8), to: "broken.ppm")
    return folder
  }

  private static func picture(_ width: Int, _ height: Int) -> [UInt8] {
    Array("P6 \(width) \(height) 255\n".utf8) + (0..<width * height * 3).map { UInt8($0 % 251) }
  }

  private func predict(_ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(["predict", "model.safetensors"] + arguments + ["--threads", "1"], in: folder.path)
  }

  private func objects(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("Pictures of kinds that are not read are told, whether there are others or not")
  func unread() throws {
    let folder = try folder()
    for file in ["heic/ant/0.heic", "heic/bee/1.AVIF", "photos/below/d.heic"] { try folder.write([1], to: file) }
    let none = try predict("heic", in: folder)
    #expect(none.status == 65 && none.output.isEmpty)
    #expect(
      none.errors == "error: heic: there are no pictures of a kind that is read: 2 AVIF and HEIC files are not read. "
        + "Save them as JPEG or PNG.\n")
    let some = try predict("photos", "--top", "1", in: folder)
    #expect(some.status == 0 && some.errors.hasPrefix("note: photos: 1 HEIC file is not read\n"), "\(some.errors)")
    #expect(some.output.split(separator: "\n").count == 3)
  }

  @Test("A model with numbers that are not finite can be looked at, and that is told")
  func notFinite() throws {
    let folder = try folder()
    let model = try Model(contentsOf: folder.path + "/model.safetensors")
    var parameters = model.parameters
    parameters["conv1.weight"]?.scalars[0] = .nan
    try Model(
      architecture: model.architecture, classes: model.classes, preprocessing: model.preprocessing,
      parameters: parameters
    ).write(to: folder.path + "/model.safetensors")
    let note =
      "note: model.safetensors: 1 value of the tensor 'conv1.weight' is not finite; what it answers means nothing\n"
    #expect(try predict("photos/b.ppm", in: folder).errors.hasPrefix(note))
    for part in ["train", "test"] {
      for (index, name) in model.classes.enumerated() {
        try folder.write(Self.picture(32, 32), to: "split/\(part)/\(index) \(name)/0.ppm")
      }
    }
    for arguments in [
      ["export", "model.safetensors", "-o", "m.onnx"], ["evaluate", "model.safetensors", "--data", "split"],
      ["analyze", "surface", "model.safetensors", "--data", "none"],
    ] {
      let result = try Tool.run(arguments, in: folder.path)
      #expect(result.errors.hasPrefix(note), "\(arguments): \(result.errors)")
      #expect(result.errors.components(separatedBy: note).count == 2)
    }
  }

  @Test("A picture has a table of its likeliest classes under its name")
  func table() throws {
    let result = try predict("photos/b.ppm", "broken.ppm/../photos/below/c.ppm", in: folder())
    #expect(result.status == 65, "\(result.errors)")
    let alone = try predict("photos/b.ppm", in: folder())
    #expect(alone.status == 0 && alone.errors.isEmpty, "\(alone.errors)")
    #expect(
      alone.output == """
        photos/b.ppm
          a "wild" dog, or wolf   75.00 %
          cat                     12.50 %
          cow                     12.50 %

        """)
  }

  @Test("A folder is its pictures by their paths, without what is hidden; one guess is a line")
  func folders() throws {
    let result = try predict("photos", "--top", "1", in: folder())
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output == """
        photos/a.PPM        a "wild" dog, or wolf   75.00 %
        photos/b.ppm        a "wild" dog, or wolf   75.00 %
        photos/below/c.ppm  a "wild" dog, or wolf   75.00 %

        """)
    #expect(
      result.errors == "note: model.safetensors takes images of 32×32: pictures of another size are resized and cut to "
        + "their middle; --explain shows how\n")
  }

  @Test("A folder that links to itself ends, and one without pictures is a line with the extensions")
  func oddFolders() throws {
    let folder = try folder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/photos/below/again", withDestinationPath: folder.path + "/photos")
    let result = try predict("photos/", "--top", "1", in: folder)
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 3, "\(result.output)")
    #expect(result.output.hasPrefix("photos/a.PPM "))
    try FileManager.default.createDirectory(atPath: folder.path + "/empty", withIntermediateDirectories: true)
    let empty = try predict("photos", "empty", in: folder)
    #expect(empty.status == 65 && empty.output.contains("photos/below/c.ppm\n"), "\(empty.output)")
    let refusal = "error: empty: there are no pictures in this folder. Give a folder with files that end in bmp, "
    #expect(empty.errors.contains(refusal) && empty.errors.contains("error: 1 of 4 pictures have no result."))
    let alone = try predict("empty", "--json", in: folder)
    #expect(alone.status == 65 && alone.errors.hasPrefix(refusal) && !alone.errors.contains(" of 1 "))
    #expect(try objects(alone.output).map { $0["file"] as? String } == ["empty"])
    // Of what shows one figure, it is the end.
    let figure = try Tool.run(["analyze", "cam", "model.safetensors", "empty", "--csv"], in: folder.path)
    #expect(figure.status == 65 && figure.errors.hasPrefix(refusal) && figure.output.isEmpty, "\(figure.errors)")
  }

  @Test("A file whose name is not UTF-8 is a line that says so")
  func nameless() throws {
    let folder = try folder()
    try folder.writeNameless("photos/b.ppm", to: "photos/?.ppm")
    let result = try predict("photos", "--top", "1", in: folder)
    #expect(result.status == 65 && result.output.split(separator: "\n").count == 3, "\(result.output)")
    #expect(
      result.errors.contains("error: photos/\u{FFFD}.ppm: its name is not UTF-8. Rename it.\n"), "\(result.errors)")
  }

  @Test("JSON is an object a line, with the error of what cannot be read in its place")
  func json() throws {
    let result = try predict("photos/a.PPM", "broken.ppm", "photos/b.ppm", "--json", "--top", "2", in: folder())
    #expect(result.status == 65)
    let objects = try objects(result.output)
    #expect(objects.map { $0["file"] as? String } == ["photos/a.PPM", "broken.ppm", "photos/b.ppm"])
    #expect(objects[0].keys.sorted() == ["file", "guesses", "height", "width"])
    #expect(objects[0]["width"] as? Int == 40 && objects[0]["height"] as? Int == 30)
    let guesses = try #require(objects[0]["guesses"] as? [[String: Any]])
    #expect(guesses.count == 2 && guesses[0].keys.sorted() == ["class", "index", "probability"])
    #expect(guesses[0]["class"] as? String == "a \"wild\" dog, or wolf" && guesses[0]["index"] as? Int == 1)
    #expect(abs((guesses[0]["probability"] as? Double ?? 0) - 0.75) < 1e-6)
    #expect(objects[1].keys.sorted() == ["error", "file"])
    let errors = result.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(errors.count == 2 && errors[0] == "error: \(objects[1]["error"] as? String ?? "")")
    #expect(errors[0].hasPrefix("error: broken.ppm: ") && errors[1].hasPrefix("error: 1 of 3 pictures"))
  }

  @Test("A picture alone that is broken ends in one line, and nothing is printed")
  func brokenAlone() throws {
    for file in ["broken.ppm", "nowhere.jpg", "photos/notes.txt"] {
      let result = try predict(file, in: folder())
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("error: \(file): "), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
  }

  @Test("CSV has a line a guess; commas, quotation marks and ends of lines do not cut values in two")
  func csv() throws {
    let folder = try folder()
    try folder.write(Self.picture(32, 32), to: "odd, \"name\".ppm")
    let result = try predict("odd, \"name\".ppm", "broken.ppm", "--csv", "--top", "1", in: folder)
    #expect(result.status == 65)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3 && lines[0] == "file,rank,class,index,probability,error")
    #expect(lines[1].hasPrefix(#""odd, ""name"".ppm",1,"a ""wild"" dog, or wolf",1,0.7"#), "\(lines[1])")
    #expect(lines[2].hasPrefix("broken.ppm,,,,,"))
    #expect(PredictionTable.quoted("a\nb") == "\"a\nb\"" && PredictionTable.quoted("a\r\nb") == "\"a\r\nb\"")
    #expect(PredictionTable.quoted("plain 1.5") == "plain 1.5" && PredictionTable.quoted("") == "")
  }

  @Test("Logits are written in the order of the pictures, with NaN for one that cannot be read")
  func logits() throws {
    let folder = try folder()
    let result = try predict(
      "photos/b.ppm", "broken.ppm", "photos/a.PPM", "--logits", "l.safetensors", "--batch", "2", in: folder)
    #expect(result.status == 65)
    let file = try Safetensors(contentsOf: folder.path + "/l.safetensors")
    let logits = try file.tensor(named: "logits")
    #expect(logits.shape == [3, 3])
    #expect(Array(logits.scalars[0..<3]) == [0, Float(log(6.0)), 0])
    #expect(Array(logits.scalars[6..<9]) == [0, Float(log(6.0)), 0])
    #expect(logits.scalars[3..<6].filter(\.isNaN).count == 3)
    func names(_ key: String) throws -> [String] {
      try JSONDecoder().decode([String].self, from: Data((file.metadata(key) ?? "").utf8))
    }
    #expect(try names("files") == ["photos/b.ppm", "broken.ppm", "photos/a.PPM"])
    #expect(try names("classes") == ["cat", "a \"wild\" dog, or wolf", "cow"])
    let own = try predict("photos/b.ppm", "--logits", "./model.safetensors", in: folder)
    #expect(own.status == 64 && own.output.isEmpty && own.errors.contains("would take the place of the model"))
    let nowhere = try predict("photos/b.ppm", "--logits", "none/l.safetensors", in: folder)
    #expect(nowhere.status == 74 && nowhere.output.isEmpty)
  }

  /// The tool with a file as its standard input.
  private func piped(_ file: String, _ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(
      ["-c", "f=$1; shift; exec \"$0\" \"$@\" < \"$f\"", try Tool.located(), file, "predict", "model.safetensors"]
        + arguments + ["--threads", "1"],
      program: "/bin/sh", in: folder.path)
  }

  @Test("A picture comes from standard input, once")
  func standardInput() throws {
    let folder = try folder()
    let result = try piped("photos/b.ppm", "-", "photos/b.ppm", "--top", "1", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("-  ") && lines[1].hasPrefix("photos/b.ppm  "))
    let twice = try piped("photos/b.ppm", "-", "-", in: folder)
    #expect(twice.status == 64 && twice.errors.contains("standard input holds one picture"))
    let nothing = try piped("/dev/null", "-", in: folder)
    #expect(nothing.status == 65 && nothing.errors.hasPrefix("error: -: the file is empty"), "\(nothing.errors)")
    let directory = try piped("photos", "-", in: folder)
    #expect(directory.status == 74 && directory.errors.hasPrefix("error: standard input: "), "\(directory.errors)")
  }

  @Test("An explanation tells every step and the first numbers of the input")
  func explanation() throws {
    let folder = try folder()
    let result = try predict("photos/a.PPM", "--explain", "--top", "1", in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.first == "photos/a.PPM" && lines.last == "  a \"wild\" dog, or wolf   75.00 %")
    #expect(lines[1] == "  the file: Netpbm, 40×30, RGB, 8 bits")
    #expect(lines.contains("  resize the shorter side to 32, bilinear with antialias: 42×32"))
    #expect(lines.contains("  cut 32×32 out of the middle: 32×32"))
    #expect(lines.filter { $0.hasPrefix("  channel ") }.count == 3)
    let json = try objects(predict("photos/b.ppm", "--explain", "--json", in: folder).output)
    let explanation = try #require(json[0]["explanation"] as? [String: Any])
    #expect(explanation.keys.sorted() == ["firstValues", "shape", "steps"])
    #expect(explanation["shape"] as? [Int] == [3, 32, 32])
  }

  @Test("The orientation that a camera noted is undone where that is asked for")
  func orientation() throws {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/images/orientation-6.jpg").path
    let folder = try folder()
    for (arguments, width) in [([], 37), (["--exif", "ignore"], 37), (["--exif", "apply"], 23)] {
      let result = try Tool.run(
        ["predict", "model.safetensors", fixture, "--json"] + arguments, in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try objects(result.output)[0]["width"] as? Int == width)
    }
  }

  @Test("The folder of a run is a model, and precisions agree on what pictures show")
  func run() throws {
    let folder = try folder()
    for precision in ["f32", "auto"] {
      let result = try Tool.run(
        ["predict", ".", "photos/b.ppm", "--top", "1", "--precision", precision], in: folder.path)
      #expect(result.status == 0 && result.output.contains("wolf"), "\(result.errors)")
    }
  }

  @Test(
    "What does not go together is refused",
    arguments: [
      (["a.jpg", "--top", "0"], "At least 1 class"), (["a.jpg", "--json", "--csv"], "give one of the two"),
      (["a.jpg", "--explain", "--csv"], "leave --csv or --explain away"), ([], "picture"),
      (["photos/b.ppm", "--batch", "0"], "a batch of 0 is not possible"),
    ])
  func refusals(_ arguments: [String], _ answer: String) throws {
    let folder = try folder()
    let result = try Tool.run(["predict", "model.safetensors"] + arguments, in: folder.path)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors.contains(answer), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  @Test("Progress tells how many are done, how fast, and how long the rest takes")
  func progress() {
    #expect(
      PictureProgress.line(1280, of: 5000, after: 4, separator: " · ")
        == "1280/5000 pictures · 320 pictures/s · 12 s left")
    #expect(PictureProgress.line(0, of: 5, after: 0, separator: " | ") == "0/5 pictures | 0 pictures/s")
  }
}
