import ArgumentParser
import Foundation
import ResNet
import ResNetFiles

/// `resnet predict`: what pictures show.
struct Predict: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what pictures show.",
    usage: "resnet predict <model> <picture> ... [<options>]",
    discussion: """
      Prints the likeliest classes of every picture with their probabilities.
      Pictures are prepared as the model's file says; a model that was trained on
      small images of one size sees the middle of a photograph, made small.

        resnet predict runs/r20 photo.jpg
        resnet predict resnet50.safetensors photos --top 1
        resnet predict runs/r20 photos --json
        resnet predict resnet50.safetensors - --explain < photo.jpg

      A folder stands for all pictures in it and below, by name (jpg, jpeg, png,
      webp, tif, tiff, bmp, ppm, pgm) and in the order of their paths; what is
      hidden is left out. '-' is one picture from standard input.

      A file that is no picture, or a folder without any, is told with its reason,
      the others go on, and the exit status is 65. Quantised models compute with
      integers unless --precision says otherwise.
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Argument(
    help: ArgumentHelp("Files, folders of files, or '-' for standard input.", valueName: "picture"),
    completion: .file())
  var pictures: [String]

  @Option(help: ArgumentHelp("How many classes to tell.", valueName: "number"))
  var top = 5

  @Option(
    help: ArgumentHelp(
      "Whether the orientation that a camera noted is undone; if not given, as the model says.", valueName: "rule"))
  var exif: ImageRules.Orientation?

  @Option(
    help: ArgumentHelp(
      "Write the tensor 'logits' [pictures, classes] in the order of the pictures; a picture that cannot be read is a row of NaN. The metadata 'files' and 'classes' are lists of names.",
      valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var logits: String?

  @Option(help: "The most pictures in one run of the network.")
  var batch = 32

  @OptionGroup var engine: EngineOptions

  @Flag(help: "Show each step of preparing a picture, with sizes, and the first numbers that the network sees.")
  var explain = false

  @Flag(help: "Print JSON: one line a picture.")
  var json = false

  @Flag(help: "Print comma-separated values: one line a guess.")
  var csv = false

  func validate() throws {
    guard top > 0 else { throw ValidationError("At least 1 class is told.") }
    guard !json || !csv else { throw ValidationError("Results are either JSON or CSV: give one of the two.") }
    guard !csv || !explain else {
      throw ValidationError("An explanation is no table: leave --csv or --explain away.")
    }
    guard !pictures.isEmpty else { throw ValidationError("Give a picture, a folder of them, or '-'.") }
  }

  func run() async throws {
    let model = try Model(contentsOf: model)
    model.tellNotFinite(self.model)
    if let logits {
      try refuseModel(at: logits)
      // Told before thousands of pictures have been looked at.
      try AtomicFile.check(logits)
    }
    let sources = try PictureArguments.sources(pictures, keepsEmptyFolders: true)
    try await engine.apply()
    let classifier = try await Classifier(
      model, rules: exif.map { ImageRules(exif: $0, background: model.preprocessing.rules.background) }, batch: batch,
      precision: engine.chosenPrecision(for: model))
    var report = PredictionReport(self, classifier, sources)
    for try await result in classifier.classify(sources) { try report.add(result) }
    try report.end()
  }

  private func refuseModel(at path: String) throws {
    guard resolvedPath(try Model.file(at: model)) != resolvedPath(path) else {
      throw ResNetError(.usage, "the logits would take the place of the model", at: path, remedy: "Give another file")
    }
  }
}
