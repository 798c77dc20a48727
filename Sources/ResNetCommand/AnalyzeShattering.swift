import ArgumentParser
import ResNet

/// `resnet analyze shattering`: how alike gradients are at neighbouring inputs.
struct AnalyzeShattering: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shattering",
    abstract: "See how alike gradients are at neighbouring inputs.",
    usage: """
      resnet analyze shattering [<options>]
      resnet analyze shattering [<model> ...] [--network <network> ...]
        --data <data> [<options>]
      """,
    discussion: """
      Without networks: random networks of one number, plain and residual, between white
      noise and Brownian motion. With networks: their gradients along straight lines
      between two test images.

        resnet analyze shattering --output shattering
        resnet analyze shattering runs/plain56 runs/resnet56 \\
          --data cifar-10-batches-bin
        resnet analyze shattering --network plain56 resnet56 \\
          --data cifar-10-batches-bin --output shattering
      """)

  @OptionGroup var networks: SubjectOptions

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @Option(help: ArgumentHelp("Random networks of each kind (default: 20).", valueName: "number"))
  var runs: Int?

  @Option(help: ArgumentHelp("Lines between two images (default: 8).", valueName: "number"))
  var lines: Int?

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var sharing: ThreadsOption
  @OptionGroup var output: AnalysisOutput

  func validate() throws {
    guard networks.isEmpty == (data == nil) else {
      throw ValidationError(
        networks.isEmpty
          ? "--data is for networks: name some, or leave it away." : "Say with --data where images are to come from.")
    }
    guard networks.isEmpty ? lines == nil : runs == nil else {
      throw ValidationError("--runs is for random networks of one number, --lines for networks on images.")
    }
    try pictures.check(needing: data)
    guard (1...10_000).contains(runs ?? 20) else { throw ValidationError("Use 1 to 10000 random networks.") }
  }

  func run() async throws {
    guard let data else {
      try output.check(for: [])
      return try output.show(Shattering.simulate(runs: runs ?? 20, seed: networks.seed), of: [])
    }
    let test = try pictures.open(data).requireTest()
    let subjects = try networks.subjects(for: test)
    try output.check(for: subjects)
    try await sharing.apply()
    try output.show(await Shattering.measure(subjects, on: test, pairs: lines ?? 8), of: subjects)
  }
}
