/// A network that the catalogue knows by name.
public struct CatalogueEntry: Hashable, Sendable, Codable {
  /// What `Architecture.named(_:)` takes.
  public let name: String
  /// What it is, in one line.
  public let description: String
}

extension Architecture {
  /// The networks to choose from, in the order in which to show them.
  ///
  /// Families with a depth of one's choice are there by their well-known members; `families` says the rules.
  public static let catalogue: [CatalogueEntry] =
    imageNetworks.flatMap { network in
      let blocks = network.stages.map { String($0.blocks) }.joined(separator: ", ")
      return pair(network, "ImageNet, \(network.block.rawValue) blocks [\(blocks)]")
    }
    + publishedDepths.compactMap { try? cifar(depth: $0) }.flatMap { network in
      pair(network, "CIFAR, 3 × \(network.stages[0].blocks) basic blocks")
    }
    + [20, 56].compactMap { try? fullyConnected(depth: $0) }.flatMap { network in
      pair(network, "vectors, 3 × \(network.stages[0].blocks) fully connected blocks")
    }

  /// The rules by which names are made, one a family.
  public static let families: [CatalogueEntry] = [
    CatalogueEntry(
      name: "resnetN", description: "CIFAR, depth N = 6n + 2 from 8 on; 50, 152, 200: ImageNet"),
    CatalogueEntry(name: "cifar_resnetN", description: "CIFAR network of depth N = 6n + 2, whatever N"),
    CatalogueEntry(name: "fully_connected_resnetN", description: "network of vectors of depth N = 6n + 2"),
    CatalogueEntry(name: "plainN", description: "the same without shortcuts, for every resnet"),
  ]

  /// The depths in table 6 of He et al. 2015, and the 50 that is easily confused with ImageNet's.
  private static let publishedDepths = [20, 32, 44, 50, 56, 110, 1202]

  private static func pair(_ network: Architecture, _ description: String) -> [CatalogueEntry] {
    let shortcut =
      network.shortcut == .projection ? "shortcut B" : "shortcut A"
    return [
      CatalogueEntry(name: network.name, description: "\(description), \(shortcut)"),
      CatalogueEntry(name: network.plainCounterpart.name, description: "\(description), no shortcut"),
    ]
  }
}
