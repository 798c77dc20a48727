import ArgumentParser
import ResNet

/// `resnet analyze cam`: where in pictures a network sees a class.
struct AnalyzeCam: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cam",
    abstract: "See where in pictures a network sees a class (Grad-CAM).",
    usage: "resnet analyze cam <model> [<picture> ...] [--data <data>] [<options>]",
    discussion: """
      Lays over each picture what raises the score of its predicted class, or of the
      one that --class names (Selvaraju et al. 2017): photographs, folders of them,
      or images of a data set, its test images where it has some.

        resnet analyze cam runs/r20 photo.jpg
        resnet analyze cam resnet50.safetensors photos --class tabby \\
          --output maps
        resnet analyze cam runs/r20 --data cifar-10-batches-bin --first 24
        resnet analyze cam runs/r20 --data cifar-10-batches-bin \\
          --images 17,42 --layer layer2
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Argument(
    help: ArgumentHelp("Files, folders of files, or '-' for standard input.", valueName: "picture"),
    completion: .file())
  var files: [String] = []

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @Option(help: ArgumentHelp("Of --data: the images at these places, counted from 0.", valueName: "numbers"))
  var images: String?

  @Option(help: ArgumentHelp("Of --data: so many of the first images (default: 12).", valueName: "number"))
  var first: Int?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("The class to look for, by its name or number (default: what is predicted).", valueName: "name"))
  var className: String?

  @Option(
    help: ArgumentHelp("The layer, block or stage to look at (default: the last one with pixels).", valueName: "name"))
  var layer: String?

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var output: AnalysisOutput
  @OptionGroup var sharing: ThreadsOption

  /// The most pictures of one figure: a page of more is not looked at.
  private static let limit = 400

  func validate() throws {
    guard files.isEmpty != (data == nil) else {
      throw ValidationError("Give pictures, or --data with images of a data set: one of the two.")
    }
    guard data != nil || (images == nil && first == nil) else {
      throw ValidationError("--images and --first choose among the images of --data: give it, or leave them away.")
    }
    guard images == nil || first == nil else { throw ValidationError("Give --images or --first, not both.") }
    guard (1...Self.limit).contains(first ?? 1) else { throw ValidationError("--first takes 1 to \(Self.limit).") }
    if let images { _ = try Self.numbers(images) }
  }

  func run() async throws {
    let subjects = try Subject.told([model])
    let classIndex = try className.map { try subjects[0].model.classIndex(of: $0) }
    if !output.csv { _ = try output.folder(for: subjects) }
    let chosen = try chosenPictures(subjects[0].model)
    try await sharing.apply()
    let maps = try await ClassMaps.measure(of: subjects[0], on: chosen, class: classIndex, layer: layer)
    try output.show(maps, of: subjects)
  }

  private func chosenPictures(_ model: Model) throws -> [ClassMaps.Picture] {
    let rules = model.preprocessing.rules
    guard let data else {
      let sources = try PictureArguments.sources(files)
      guard sources.count <= Self.limit else {
        throw ResNetError(
          .usage, "\(sources.count) pictures are too many for one figure", remedy: "Give at most \(Self.limit)")
      }
      return sources.map { ClassMaps.Picture($0, rules: rules) }
    }
    let test = try pictures.open(data).requireTest()
    let positions = try images.map(Self.numbers) ?? Array(0..<min(first ?? 12, test.count))
    return try positions.map { try ClassMaps.Picture(of: test, at: $0, rules: rules) }
  }

  /// Numbers between commas.
  private static func numbers(_ text: String) throws -> [Int] {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0.filter { $0 != " " })
    }
    guard !numbers.isEmpty, numbers.count <= limit, numbers.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else {
      throw ValidationError("--images takes 1 to \(limit) numbers from 0 on with commas between them, as in 3,17,42.")
    }
    return numbers.compactMap(\.self)
  }
}
