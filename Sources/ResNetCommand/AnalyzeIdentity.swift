import ArgumentParser
import ResNet

/// `resnet analyze identity`: how near blocks are to the identity.
struct AnalyzeIdentity: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "See how much each block of a residual network adds, and what it costs to add nothing.",
    usage: "resnet analyze identity <model> ... --data <data> [<options>]",
    discussion: """
      For each block the norm of what its branch adds, divided by that of what its
      shortcut carries, in the mean over test images; and the error when that block
      adds nothing.

        resnet analyze identity runs/r20 --data cifar-10-batches-bin
        resnet analyze identity runs/r20 runs/r56 --data cifar-10-batches-bin \\
          --output identity

      Writes identity.svg, identity.csv and identity.txt.
      """)

  @OptionGroup var options: AnalysisOptions

  @Option(help: ArgumentHelp("Test images, drawn at random.", valueName: "number"))
  var images = 1000

  @OptionGroup var sampling: SamplingOptions

  func validate() throws {
    guard images > 0 else { throw ValidationError("A network is tested on at least 1 image.") }
  }

  func run() async throws {
    try await sampling.show(options) { subjects, test, progress in
      try await BlockIdentity.measure(
        of: subjects, on: test, images: images, seed: sampling.seed, progress: progress)
    }
  }
}
