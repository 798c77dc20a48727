import ArgumentParser
import ResNet

/// `resnet analyze updates`: which layers still learn.
struct AnalyzeUpdates: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "updates",
    abstract: "See which layers still learn, over the course of runs.",
    usage: "resnet analyze updates <model> ... [<options>]",
    discussion: """
      How much a step changes the weights of each layer, relative to their norm. The
      run must have recorded it while it trained, which costs little:

        resnet train --network resnet56 --data cifar-10-batches-bin \\
          --record updates --output runs/resnet56
        resnet analyze updates runs/resnet56
      """)

  @Argument(help: ArgumentHelp("Folders of runs.", valueName: "model"), completion: .directory)
  var models: [String]

  @OptionGroup var output: AnalysisOutput

  func run() throws {
    let subjects = try Subject.told(models)
    try output.show(try Updates.measure(subjects), of: subjects)
  }
}
