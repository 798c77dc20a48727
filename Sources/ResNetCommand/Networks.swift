import ArgumentParser
import ResNet

/// `resnet networks`: what the catalogue holds.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the networks.",
    discussion: """
      The well-known ones, then the rules by which the names of others are made.

        resnet networks
        resnet networks --json
        resnet summary resnet110
      """)

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    if json {
      Terminal.print(try encoded(Architecture.catalogue + Architecture.families))
      return
    }
    let width = (Architecture.catalogue + Architecture.families).map(\.name.count).max() ?? 0
    func row(_ entry: CatalogueEntry) -> String {
      entry.name + String(repeating: " ", count: width + 2 - entry.name.count) + entry.description
    }
    for entry in Architecture.catalogue { Terminal.print(row(entry)) }
    Terminal.print("")
    for entry in Architecture.families { Terminal.print(row(entry)) }
  }
}
