import ResNetCore

extension Architecture {
  /// ResNet-18 of He et al. 2015, as in torchvision: basic blocks, shortcut B.
  public static let resNet18 = imageNet("resnet18", .basic, [2, 2, 2, 2])
  /// ResNet-34 of He et al. 2015, as in torchvision: basic blocks, shortcut B.
  public static let resNet34 = imageNet("resnet34", .basic, [3, 4, 6, 3])
  /// ResNet-50 of He et al. 2015, as in torchvision: bottlenecks, shortcut B, stride in the 3×3.
  public static let resNet50 = imageNet("resnet50", .bottleneck, [3, 4, 6, 3])
  /// ResNet-101 of He et al. 2015, as in torchvision.
  public static let resNet101 = imageNet("resnet101", .bottleneck, [3, 4, 23, 3])
  /// ResNet-152 of He et al. 2015, as in torchvision.
  public static let resNet152 = imageNet("resnet152", .bottleneck, [3, 8, 36, 3])
  /// ResNet-200 with the blocks of He et al. 2016 and the order of layers of 2015.
  public static let resNet200 = imageNet("resnet200", .bottleneck, [3, 24, 36, 3])
  /// The plain counterpart of ResNet-18.
  public static let plain18 = resNet18.plainCounterpart
  /// The plain counterpart of ResNet-34.
  public static let plain34 = resNet34.plainCounterpart

  /// The ImageNet networks, shallowest first.
  static let imageNetworks = [resNet18, resNet34, resNet50, resNet101, resNet152, resNet200]

  private static func imageNet(_ name: String, _ block: Block, _ blocks: [Int]) -> Architecture {
    let stages = blocks.enumerated().map { index, count in
      Stage(blocks: count, width: 64 << index, stride: index == 0 ? 1 : 2)
    }
    return Architecture(
      name: name, input: [3, 224, 224], stem: .imageNet(width: 64), block: block, stages: stages, shortcut: .projection)
  }

  /// The CIFAR network of He et al. 2015, section 4.2: three stages of n basic blocks of 16, 32 and 64 channels.
  ///
  /// - Parameters:
  ///   - depth: 6n + 2, as in 20, 32, 44, 56, 110, 1202.
  ///   - shortcut: A as in the paper unless another is given; `.none` gives the plain network.
  /// - Throws: `ResNetError` of code `usage` for another depth.
  public static func cifar(depth: Int, shortcut: Shortcut = .zeroPadding) throws -> Architecture {
    let blocks = try blocksPerStage(of: depth, in: "cifar_")
    let isAmbiguous = imageNetworks.contains { $0.depth == depth }
    let architecture = Architecture(
      name: (isAmbiguous ? "cifar_" : "") + "resnet\(depth)", input: [3, 32, 32], stem: .cifar(width: 16),
      block: .basic, stages: [16, 32, 64].map { Stage(blocks: blocks, width: $0, stride: $0 == 16 ? 1 : 2) },
      shortcut: shortcut)
    return shortcut == .none ? architecture.plainCounterpart : architecture
  }

  /// A network of fully connected blocks, as the idea is first taught: a layer to 64 features, then three stages of n
  /// blocks of 64, 128 and 256 features, and the classifier.
  ///
  /// - Parameters:
  ///   - depth: 6n + 2, the rule of the CIFAR networks.
  ///   - shortcut: B, a matrix W_s where the size changes, unless another is given; `.none` gives the plain network.
  /// - Throws: `ResNetError` of code `usage` for another depth.
  public static func fullyConnected(depth: Int, shortcut: Shortcut = .projection) throws -> Architecture {
    let blocks = try blocksPerStage(of: depth, in: "fully_connected_")
    let architecture = Architecture(
      name: "fully_connected_resnet\(depth)", input: [3, 32, 32], stem: .fullyConnected(width: 64),
      block: .fullyConnected, stages: [64, 128, 256].map { Stage(blocks: blocks, width: $0) }, shortcut: shortcut)
    return shortcut == .none ? architecture.plainCounterpart : architecture
  }

  /// Whether n blocks of two layers in each of three stages, the first layer and the last give this depth.
  static func isThreeStageDepth(_ depth: Int) -> Bool {
    (8...maximumDepth).contains(depth) && depth % 6 == 2
  }

  private static func blocksPerStage(of depth: Int, in family: String) throws -> Int {
    guard isThreeStageDepth(depth) else { throw impossibleDepth(depth, prefix: family, word: "resnet") }
    return (depth - 2) / 6
  }
}
