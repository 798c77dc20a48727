import ArgumentParser
import ResNet

/// `resnet summary`: the layers of a network, and what they cost.
struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show a network's layers, parameters and cost.")

  @Argument(help: "A network such as resnet20; 'resnet networks' lists them.")
  var network: String

  @OptionGroup var options: NetworkOptions

  @Option(help: "The number of classes; 1000 for ImageNet's networks and 10 for others if not given.")
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
    if case .imageNet = stem { 1000 } else { 10 }
  }
}
