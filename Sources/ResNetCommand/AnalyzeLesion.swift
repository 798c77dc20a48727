import ArgumentParser
import ResNet

/// `resnet analyze lesion`: networks without some of their blocks.
struct AnalyzeLesion: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lesion",
    abstract: "Delete and exchange blocks of trained networks, and test them.",
    usage: "resnet analyze lesion <model> ... --data <data> [<options>]",
    discussion: """
      Each block in turn is left out; then several at once, drawn at random; then
      blocks of one stage change places. A residual network hardly notices the loss
      of a block, a plain one falls to chance (Veit et al., 2016). A block that
      changes the shape can be left out of a residual network alone.

        resnet analyze lesion runs/r20 runs/plain20 --data cifar-10-batches-bin
        resnet analyze lesion runs/r56 --data cifar-10-batches-bin \\
          --images 10000 --output lesions

      Writes lesion.svg (one block), lesion-several.svg, lesion-exchanged.svg,
      lesion.csv and lesion.txt.
      """)

  @OptionGroup var options: AnalysisOptions

  @Option(help: ArgumentHelp("Test images, drawn at random.", valueName: "number"))
  var images = 500

  @Option(help: ArgumentHelp("Sets of blocks to draw for each number of blocks.", valueName: "number"))
  var draws = 5

  @OptionGroup var sampling: SamplingOptions

  func validate() throws {
    guard images > 0 else { throw ValidationError("A network is tested on at least 1 image.") }
    guard draws > 0 else { throw ValidationError("At least 1 set of blocks is drawn.") }
  }

  func run() async throws {
    try await sampling.show(options) { subjects, test, progress in
      try await Lesions.measure(
        of: subjects, on: test, images: images, draws: draws, seed: sampling.seed, progress: progress)
    }
  }
}

/// What views take that are measured on images and blocks drawn at random.
struct SamplingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What images and blocks are drawn by.", valueName: "number"))
  var seed: UInt64 = 0

  @OptionGroup var sharing: ThreadsOption

  /// Measures networks on test images, saying how far that has come, and writes the view.
  func show<Measured: View>(
    _ options: AnalysisOptions,
    by measure: ([Subject], DataSet, @escaping @Sendable (Double) -> Void) async throws -> Measured
  ) async throws {
    let subjects = try options.subjects()
    // Where nothing can be written is told before anything is measured.
    try options.output.check(for: subjects)
    let test = try options.pictures.open(options.data).requireTest()
    try await sharing.apply()
    let view = try await measure(subjects, test, AnalysisProgress().show)
    Terminal.finishProgress()
    try options.output.show(view, of: subjects)
  }
}
