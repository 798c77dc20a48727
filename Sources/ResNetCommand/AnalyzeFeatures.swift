import ArgumentParser
import ResNet

/// `resnet analyze features`: what a network looks for.
struct AnalyzeFeatures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "See what a network looks for: filters, and what excites channels.",
    usage: "resnet analyze features <model> --data <data> [<options>]",
    discussion: """
      Draws the filters of the first layer, and for some channels of each stage the
      nine parts of test images that excite them most: first edges and colours, then
      textures, then objects.

        resnet analyze features runs/r20 --data cifar-10-batches-bin
        resnet analyze features resnet50.safetensors --data photos \\
          --images 5000 --channels 12 --output features
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String

  @Option(help: ArgumentHelp("Test images that are looked through, drawn at random.", valueName: "number"))
  var images = 1000

  @Option(help: ArgumentHelp("Channels of each stage that are looked at, spread evenly.", valueName: "number"))
  var channels = 8

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var output: AnalysisOutput
  @OptionGroup var sharing: ThreadsOption

  func run() async throws {
    let subjects = try Subject.told([model])
    let test = try pictures.open(data).requireTest()
    if !output.csv { _ = try output.folder(for: subjects) }
    try await sharing.apply()
    let progress = AnalysisProgress()
    let features = try await Features.measure(
      of: subjects[0], on: test, images: images, channels: channels, progress: { progress.show($0) })
    Terminal.finishProgress()
    try output.show(features, of: subjects)
    for text in DataSet.notesOnBroken(in: [test]) { Terminal.note("note: \(text)") }
  }
}
