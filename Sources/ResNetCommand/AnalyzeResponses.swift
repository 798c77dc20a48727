import ArgumentParser
import ResNet

/// `resnet analyze responses`: how strongly layers answer to images.
struct AnalyzeResponses: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "responses",
    abstract: "See how strongly each layer answers to images.",
    usage: "resnet analyze responses <model> ... --data <data> [<options>]",
    discussion: """
      The standard deviation of each 3×3 layer's output on test images, in the order of
      the layers and by size: smaller in residual networks than in plain ones, and
      smaller the deeper they are.

        resnet analyze responses runs/plain20 runs/plain56 runs/resnet20 \\
          runs/resnet56 --data cifar-10-batches-bin
        resnet analyze responses runs/resnet20 --data cifar-10-batches-bin --csv
      """)

  @OptionGroup var options: AnalysisOptions

  @Option(help: ArgumentHelp("Test images to look at.", valueName: "number"))
  var images = 1000

  @OptionGroup var sharing: ThreadsOption

  func run() async throws {
    let subjects = try options.subjects()
    try options.output.check(for: subjects)
    let test = try options.pictures.open(options.data).requireTest()
    try await sharing.apply()
    try options.output.show(await Responses.measure(subjects, on: test, images: images), of: subjects)
  }
}
