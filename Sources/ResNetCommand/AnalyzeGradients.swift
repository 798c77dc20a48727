import ArgumentParser
import ResNet

/// `resnet analyze gradients`: whether gradients vanish or explode.
struct AnalyzeGradients: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradients",
    abstract: "See whether gradients vanish or explode from layer to layer.",
    usage: """
      resnet analyze gradients [<model> ...] [--network <network> ...]
        --data <data> [<options>]
      """,
    discussion: """
      The norms of the gradients of activations and weights, layer by layer, on a
      fixed batch of training images: of trained networks, of the runs on their way
      there (--during), and of networks as they begin.

        resnet analyze gradients runs/plain56 runs/resnet56 \\
          --data cifar-10-batches-bin
        resnet analyze gradients runs/plain56 --during --data cifar-10-batches-bin
        resnet analyze gradients --network plain56 resnet56 --normalization none \\
          --data cifar-10-batches-bin --output gradients
      """)

  @OptionGroup var networks: SubjectOptions

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String

  @Flag(help: "Of runs: as they began and at their checkpoints too, six times at most (see --keep of 'resnet train').")
  var during = false

  @Option(help: ArgumentHelp("Images in the batch.", valueName: "number"))
  var images = 128

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var sharing: ThreadsOption
  @OptionGroup var output: AnalysisOutput

  func validate() throws { try networks.checkAny() }

  func run() async throws {
    let training = try pictures.open(data).requireTraining()
    let subjects = try networks.subjects(for: training)
    // Where nothing can be written is told before anything is measured.
    try output.check(for: subjects)
    let moments = try during ? subjects.flatMap { try $0.isTrained ? $0.during() : [$0] } : subjects
    try await sharing.apply()
    try output.show(await Gradients.measure(moments, on: training, images: images), of: subjects)
  }
}
