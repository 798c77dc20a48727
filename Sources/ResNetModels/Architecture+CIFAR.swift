import ResNetCore

extension Architecture {
  /// The CIFAR network of He et al. 2015, section 4.2: three stages of n basic blocks of 16, 32 and 64 channels.
  ///
  /// - Parameters:
  ///   - depth: 6n + 2, as in 20, 32, 44, 56, 110, 1202.
  ///   - shortcut: A as in the paper unless another is given; `.none` gives the plain network.
  /// - Throws: `ResNetError` of code `usage` for another depth.
  public static func cifar(depth: Int, shortcut: Shortcut = .zeroPadding) throws -> Architecture {
    let isAmbiguous = imageNetworks.contains { $0.depth == depth }
    let architecture = try threeStages(
      (isAmbiguous ? "cifar_" : "") + "resnet\(depth)", .basic,
      blocks: DepthRule.sixNPlusTwo.n(depth, in: "cifar_resnet"),
      shortcut: shortcut)
    return shortcut == .none ? architecture.plainCounterpart : architecture
  }

  /// The CIFAR network of n bottlenecks in each stage of He et al. 2016, with projections where the size changes and the
  /// stride in the first 1×1, as in the authors' code.
  ///
  /// - Parameters:
  ///   - depth: 9n + 2, as in 164 and 1001.
  ///   - order: `.preactivation` gives the networks that the paper is about.
  /// - Throws: `ResNetError` of code `usage` for another depth.
  public static func cifarBottleneck(depth: Int, order: UnitOrder = .original) throws -> Architecture {
    let family = order == .original ? "cifar_bottleneck_resnet" : "preact_bottleneck_resnet"
    var block = Block.bottleneck
    block.order = order
    var network = try threeStages(
      "\(family)\(depth)", block, blocks: DepthRule.nineNPlusTwo.n(depth, in: family), shortcut: .projection)
    network.strideIn = .oneByOne
    return network
  }

  /// The CIFAR network of He et al. 2016 with basic blocks, normalised and activated before each layer, and shortcut A.
  ///
  /// - Parameter depth: 6n + 2, as in 110.
  /// - Throws: `ResNetError` of code `usage` for another depth.
  public static func cifarPreactivated(depth: Int) throws -> Architecture {
    var block = Block.basic
    block.order = .preactivation
    return try threeStages(
      "preact_resnet\(depth)", block, blocks: DepthRule.sixNPlusTwo.n(depth, in: "preact_resnet"),
      shortcut: .zeroPadding)
  }

  /// Wide ResNet for CIFAR (Zagoruyko and Komodakis, 2016): stages `factor` times as wide, pre-activation, projections.
  ///
  /// - Parameters:
  ///   - depth: 6n + 4, as in 28.
  ///   - factor: how many times wider than 16, 32 and 64 channels, from 1 to 1024.
  ///   - dropout: the share of values left out between a block's convolutions; the paper's 0.3 is for long training.
  /// - Throws: `ResNetError` of code `usage` for another depth or factor.
  public static func wide(depth: Int, factor: Int, dropout: Double = 0) throws -> Architecture {
    let blocks = try DepthRule.sixNPlusFour.n(depth, in: "wide_resnet", suffix: "_\(factor)")
    try requireSecond(factor, of: "wide_resnet\(depth)_\(factor)")
    var block = Block.basic
    block.order = .preactivation
    block.dropout = dropout
    return threeStages(
      "wide_resnet\(depth)_\(factor)", block, blocks: blocks, shortcut: .projection, factor: factor)
  }

  /// DenseNet for CIFAR (Huang et al., 2017): three stages of n layers, each of which adds `growth` channels.
  ///
  /// - Parameters:
  ///   - depth: 3n + 4, as in 40; with bottlenecks 6n + 4, as in 100 and 190.
  ///   - growth: the growth rate k, from 1 to 1024.
  ///   - isCompressed: whether each layer has a 1×1 bottleneck of 4k channels, and each transition keeps half of the
  ///     channels: DenseNet-BC.
  /// - Throws: `ResNetError` of code `usage` for another depth or growth rate.
  public static func dense(depth: Int, growth: Int, isCompressed: Bool) throws -> Architecture {
    let family = isCompressed ? "densenet_bc" : "densenet"
    let rule = isCompressed ? DepthRule.sixNPlusFour : .threeNPlusFour
    let blocks = try rule.n(depth, in: family, suffix: "_k\(growth)")
    let name = "\(family)\(depth)_k\(growth)"
    try requireSecond(growth, of: name)
    return dense(
      name, input: [3, 32, 32], stem: .cifar(width: isCompressed ? 2 * growth : 16),
      blocks: [blocks, blocks, blocks], growth: growth,
      isCompressed ? .dense(bottleneck: 4, compression: 0.5) : .dense(bottleneck: nil))
  }

  /// A network of fully connected blocks, as the idea is first taught: a layer to 64 features, then three stages of n
  /// blocks of 64, 128 and 256 features, and the classifier.
  ///
  /// - Parameters:
  ///   - depth: 6n + 2, the rule of the CIFAR networks.
  ///   - shortcut: B, a matrix W_s where the size changes, unless another is given; `.none` gives the plain network.
  /// - Throws: `ResNetError` of code `usage` for another depth.
  public static func fullyConnected(depth: Int, shortcut: Shortcut = .projection) throws -> Architecture {
    let blocks = try DepthRule.sixNPlusTwo.n(depth, in: "fully_connected_resnet")
    let architecture = Architecture(
      name: "fully_connected_resnet\(depth)", input: [3, 32, 32], stem: .fullyConnected(width: 64),
      block: .fullyConnected, stages: [64, 128, 256].map { Stage(blocks: blocks, width: $0) }, shortcut: shortcut)
    return shortcut == .none ? architecture.plainCounterpart : architecture
  }

  private static func threeStages(
    _ name: String, _ block: Block, blocks: Int, shortcut: Shortcut, factor: Int = 1
  ) -> Architecture {
    Architecture(
      name: name, input: [3, 32, 32], stem: .cifar(width: 16), block: block,
      stages: [16, 32, 64].map { Stage(blocks: blocks, width: $0 * factor, stride: $0 == 16 ? 1 : 2) },
      shortcut: shortcut)
  }

  private static func requireSecond(_ number: Int, of name: String) throws {
    guard (1...1024).contains(number) else {
      throw ResNetError(
        .usage, "there is no network called \(name)", remedy: "Use 1 to 1024 as the name's last number")
    }
  }
}
