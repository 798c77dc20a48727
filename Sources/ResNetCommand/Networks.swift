import ArgumentParser
import ResNet

/// `resnet networks`: what the catalogue holds.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the networks, or print one as a file to change.",
    discussion: """
      The well-known ones, then the rules by which the names of others are made.
      One of your own is a small file; docs/architecture-files.md says what can
      stand in it.

        resnet networks
        resnet networks --json
        resnet networks --show resnet50 > my-net.json
        resnet summary my-net.json
      """)

  @Option(
    help: ArgumentHelp("Print this network, by its name or from a file, as JSON.", valueName: "network"),
    completion: .networks)
  var show: String?

  @Flag(help: "Print the list as JSON, with parameters and multiply-adds.")
  var json = false

  /// A network of the list and what it costs; a rule has no cost.
  private struct Row: Encodable {
    var name: String
    var description: String
    var parameters: Int?
    var multiplyAdds: Int?
  }

  func run() throws {
    if let show {
      Terminal.print(try Architecture(argument: show).formattedJSON())
    } else if json {
      let networks = try Architecture.catalogue.map { entry in
        let network = try Architecture.named(entry.name)
        let graph = try network.graph(classes: network.usualClasses)
        return Row(
          name: entry.name, description: entry.description, parameters: graph.parameterCount,
          multiplyAdds: graph.multiplyAdds)
      }
      let rules = Architecture.families.map { Row(name: $0.name, description: $0.description) }
      Terminal.print(try encoded(networks + rules))
    } else {
      list()
    }
  }

  private func list() {
    let width = (Architecture.catalogue + Architecture.families).map(\.name.count).max() ?? 0
    func row(_ entry: CatalogueEntry) -> String {
      entry.name + String(repeating: " ", count: width + 2 - entry.name.count) + entry.description
    }
    for entry in Architecture.catalogue { Terminal.print(row(entry)) }
    Terminal.print("")
    for entry in Architecture.families { Terminal.print(row(entry)) }
  }
}
