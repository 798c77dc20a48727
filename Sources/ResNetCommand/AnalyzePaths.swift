import ArgumentParser
import ResNet

/// `resnet analyze paths`: the gradient by the length of paths.
struct AnalyzePaths: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paths",
    abstract: "See along paths of which length the gradient of a residual network runs.",
    usage: "resnet analyze paths <model> ... --data <data> [<options>]",
    discussion: """
      A path takes the branch of some blocks and the shortcut of the others. Most
      paths take half of the branches; most of the gradient runs along shorter ones
      (Veit et al., 2016).

        resnet analyze paths runs/r56 --data cifar-10-batches-bin
        resnet analyze paths runs/r20 runs/r110 --data cifar-10-batches-bin \\
          --images 256 --paths 50 --output paths

      Writes paths.svg, paths.csv and paths.txt.
      """)

  @OptionGroup var options: AnalysisOptions

  @Option(help: ArgumentHelp("Test images, drawn at random.", valueName: "number"))
  var images = 64

  @Option(help: ArgumentHelp("Paths of each length to draw.", valueName: "number"))
  var paths = 20

  @OptionGroup var sampling: SamplingOptions

  func validate() throws {
    guard images > 0 else { throw ValidationError("Gradients are measured on at least 1 image.") }
    guard paths > 0 else { throw ValidationError("At least 1 path of each length is drawn.") }
  }

  func run() async throws {
    try await sampling.show(options) { subjects, test, progress in
      try await GradientPaths.measure(
        of: subjects, on: test, images: images, paths: paths, seed: sampling.seed, progress: progress)
    }
  }
}
