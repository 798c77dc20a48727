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
    fixedNetworks.map { CatalogueEntry(name: $0.network.name, description: $0.description) } + familyMembers

  /// The rules by which names are made, one a family.
  public static let families: [CatalogueEntry] =
    Family.all.map(\.entry) + [
      CatalogueEntry(name: "plainN", description: "the same without shortcuts, for every resnet")
    ]

  /// The networks that have a name of their own.
  static let fixedNetworks: [(network: Architecture, description: String)] =
    [
      (resNet18, "ImageNet, basic blocks [2, 2, 2, 2]"),
      (resNet34, "ImageNet, basic blocks [3, 4, 6, 3]"),
      (resNet50, "ImageNet, bottlenecks [3, 4, 6, 3]"),
      (resNet101, "ImageNet, bottlenecks [3, 4, 23, 3]"),
      (resNet152, "ImageNet, bottlenecks [3, 8, 36, 3]"),
      (resNet200, "ImageNet, bottlenecks [3, 24, 36, 3]"),
    ].flatMap { network, description in
      [(network, "\(description), shortcut B"), (network.plainCounterpart, "\(description), no shortcut")]
    } + [
      (resNeXt50, "ImageNet, resnet50 in 32 groups of 4 channels"),
      (resNeXt101In32Groups, "ImageNet, resnet101 in 32 groups of 8 channels"),
      (resNeXt101In64Groups, "ImageNet, resnet101 in 64 groups of 4 channels"),
      (wideResNet50, "ImageNet, resnet50 twice as wide in the blocks"),
      (wideResNet101, "ImageNet, resnet101 twice as wide in the blocks"),
      (squeezedResNet50, "ImageNet, resnet50 with squeeze and excitation"),
      (resNet50D, "ImageNet, resnet50 with deep stem, shortcut D"),
      (denseNet121, "ImageNet, dense [6, 12, 24, 16], growth rate 32"),
      (denseNet161, "ImageNet, dense [6, 12, 36, 24], growth rate 48"),
      (denseNet169, "ImageNet, dense [6, 12, 32, 32], growth rate 32"),
      (denseNet201, "ImageNet, dense [6, 12, 48, 32], growth rate 32"),
    ]

  /// The depths in the papers, and the 50 that is easily confused with ImageNet's.
  private static let familyMembers: [CatalogueEntry] =
    [
      ("resnet20", "plain20", "CIFAR, 3 × 3 basic blocks", "shortcut A"),
      ("resnet32", "plain32", "CIFAR, 3 × 5 basic blocks", "shortcut A"),
      ("resnet44", "plain44", "CIFAR, 3 × 7 basic blocks", "shortcut A"),
      ("cifar_resnet50", "cifar_plain50", "CIFAR, 3 × 8 basic blocks", "shortcut A"),
      ("resnet56", "plain56", "CIFAR, 3 × 9 basic blocks", "shortcut A"),
      ("resnet110", "plain110", "CIFAR, 3 × 18 basic blocks", "shortcut A"),
      ("resnet1202", "plain1202", "CIFAR, 3 × 200 basic blocks", "shortcut A"),
      ("fully_connected_resnet20", "fully_connected_plain20", "vectors, 3 × 3 fully connected blocks", "shortcut B"),
      ("fully_connected_resnet56", "fully_connected_plain56", "vectors, 3 × 9 fully connected blocks", "shortcut B"),
    ].flatMap { residual, plain, description, shortcut in
      [
        CatalogueEntry(name: residual, description: "\(description), \(shortcut)"),
        CatalogueEntry(name: plain, description: "\(description), no shortcut"),
      ]
    }
    + [
      ("cifar_bottleneck_resnet164", "CIFAR, 3 × 18 bottlenecks, shortcut B"),
      ("preact_resnet110", "CIFAR, 3 × 18 basic blocks, pre-activation"),
      ("preact_bottleneck_resnet164", "CIFAR, 3 × 18 bottlenecks, pre-activation"),
      ("preact_bottleneck_resnet1001", "CIFAR, 3 × 111 bottlenecks, pre-activation"),
      ("wide_resnet28_10", "CIFAR, 3 × 4 blocks 10 × as wide, pre-activation"),
      ("densenet40_k12", "CIFAR, 3 × 12 dense layers, growth rate 12"),
      ("densenet_bc100_k12", "CIFAR, 3 × 16 dense bottlenecks, growth rate 12"),
      ("densenet_bc190_k40", "CIFAR, 3 × 31 dense bottlenecks, growth rate 40"),
    ].map { CatalogueEntry(name: $0, description: $1) }
}
