import ArgumentParser
import ResNet

/// `resnet analyze depth`: what networks cost and give.
struct AnalyzeDepth: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "depth",
    abstract: "See what each network of a list costs and gives.",
    usage: """
      resnet analyze depth [<model> ...] [--network <network> ...]
        [--data <data>] [<options>]
      """,
    discussion: """
      Parameters, multiply-adds and speed of each network, and the error on the test
      images of --data where it was trained.

        resnet analyze depth runs/resnet20 runs/resnet56 \\
          --data cifar-10-batches-bin
        resnet analyze depth --network resnet18 resnet34 resnet50 --output depth
      """)

  @OptionGroup var networks: SubjectOptions

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @Option(help: "Images in a batch while speed is measured.")
  var batch = 32

  @Option(help: ArgumentHelp("How long the speed of each network is measured.", valueName: "seconds"))
  var seconds = 1.0

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var sharing: ThreadsOption
  @OptionGroup var output: AnalysisOutput

  func validate() throws {
    try networks.checkAny()
    try pictures.check(needing: data)
  }

  func run() async throws {
    let test = try data.map { try pictures.open($0).requireTest() }
    let subjects = try networks.subjects(for: test)
    try output.check(for: subjects)
    try await sharing.apply()
    try output.show(
      await Depth.measure(subjects, testedOn: test, batch: batch, seconds: seconds), of: subjects)
  }
}
