import ArgumentParser
import ResNet

/// `resnet summary`: the layers of a network, and what they cost.
struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a network's layers, parameters and cost.",
    usage: "resnet summary <network> [<options>]",
    discussion: """
      One line a layer: its output as channels × height × width, its parameters,
      and the multiplications with addition that one image takes.

        resnet summary resnet50
        resnet summary resnet20 --classes 100
        resnet summary resnet20 --shortcut b --normalization none
        resnet summary plain34 --json
        resnet summary my-net.json
      """)

  @Argument(help: "A network such as resnet20 ('resnet networks' lists them), or a JSON file.", completion: .networks)
  var network: String

  @OptionGroup var options: NetworkOptions

  @Option(
    help: ArgumentHelp(
      "Classes to tell apart; if not given, 1000 for ImageNet's networks and 10 for others.", valueName: "number"))
  var classes: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let architecture = try options.architecture(network)
    let graph = try architecture.graph(classes: classes ?? architecture.usualClasses)
    let summary = graph.summary(network: architecture.name)
    Terminal.print(json ? try encoded(summary) : summary.description)
  }
}

extension Architecture {
  /// The number of classes of the data that the network was made for.
  var usualClasses: Int {
    switch stem {
    case .imageNet, .deep: 1000
    case .cifar, .fullyConnected, .none: 10
    }
  }
}
