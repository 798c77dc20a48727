import ArgumentParser
import ResNet

/// `resnet analyze reuse`: which earlier layers the layers of a DenseNet use.
struct AnalyzeReuse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reuse",
    abstract: "See which earlier layers each layer of a DenseNet uses, by its weights.",
    usage: "resnet analyze reuse <model> [<options>]",
    discussion: """
      The mean magnitude of the weights between each two layers of a dense block, as
      in Huang et al. (2017), figure 5; no images are needed.

        resnet analyze reuse runs/densenet
        resnet analyze reuse densenet121.safetensors --output reuse

      Writes reuse.svg, reuse-block2.svg and so on, reuse.csv and reuse.txt.
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @OptionGroup var output: AnalysisOutput

  func run() async throws {
    let subjects = try Subject.told([model])
    try output.show(FeatureReuse.measure(of: subjects[0]), of: subjects)
  }
}
