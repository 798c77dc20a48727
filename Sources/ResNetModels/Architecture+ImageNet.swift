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

  /// ResNeXt-50 32×4d (Xie et al., 2017), as in torchvision.
  static let resNeXt50 = imageNet("resnext50_32x4d", .bottleneck(width: 2, groups: 32), [3, 4, 6, 3])
  /// ResNeXt-101 32×8d, as in torchvision.
  static let resNeXt101In32Groups = imageNet(
    "resnext101_32x8d", .bottleneck(width: 4, groups: 32), [3, 4, 23, 3])
  /// ResNeXt-101 64×4d, as in torchvision.
  static let resNeXt101In64Groups = imageNet(
    "resnext101_64x4d", .bottleneck(width: 4, groups: 64), [3, 4, 23, 3])
  /// Wide ResNet-50-2 (Zagoruyko and Komodakis, 2016), as in torchvision.
  static let wideResNet50 = imageNet("wide_resnet50_2", .bottleneck(width: 2), [3, 4, 6, 3])
  /// Wide ResNet-101-2, as in torchvision.
  static let wideResNet101 = imageNet("wide_resnet101_2", .bottleneck(width: 2), [3, 4, 23, 3])
  /// SE-ResNet-50 (Hu et al., 2018), as in timm.
  static let squeezedResNet50 = imageNet(
    "se_resnet50", Block(Block.bottleneck.branch, squeeze: 16), [3, 4, 6, 3])
  /// ResNet-50-D (He et al., "Bag of tricks", 2019), as in timm.
  static let resNet50D = imageNet(
    "resnet50d", .bottleneck, [3, 4, 6, 3], stem: .deep(width: 64), shortcut: .pooledProjection)
  /// DenseNet-121 (Huang et al., 2017), as in torchvision.
  static let denseNet121 = imageNetDense(121, [6, 12, 24, 16])
  /// DenseNet-161, as in torchvision.
  static let denseNet161 = imageNetDense(161, [6, 12, 36, 24], growth: 48)
  /// DenseNet-169, as in torchvision.
  static let denseNet169 = imageNetDense(169, [6, 12, 32, 32])
  /// DenseNet-201, as in torchvision.
  static let denseNet201 = imageNetDense(201, [6, 12, 48, 32])

  /// The ImageNet networks that a depth alone names, shallowest first.
  static let imageNetworks = [resNet18, resNet34, resNet50, resNet101, resNet152, resNet200]

  /// Four stages of 64 to 512 channels after a pooled stem.
  private static func imageNet(
    _ name: String, _ block: Block, _ blocks: [Int], stem: Stem = .imageNet(width: 64), shortcut: Shortcut = .projection
  ) -> Architecture {
    let stages = blocks.enumerated().map { index, count in
      Stage(blocks: count, width: 64 << index, stride: index == 0 ? 1 : 2)
    }
    return Architecture(
      name: name, input: [3, 224, 224], stem: stem, block: block, stages: stages, shortcut: shortcut)
  }

  /// A DenseNet-BC of Huang et al. 2017, as in torchvision.
  private static func imageNetDense(_ depth: Int, _ blocks: [Int], growth: Int = 32) -> Architecture {
    dense(
      "densenet\(depth)", input: [3, 224, 224], stem: .imageNet(width: 2 * growth), blocks: blocks, growth: growth,
      .dense(bottleneck: 4, compression: 0.5))
  }

  /// Stages of dense blocks of one growth rate.
  static func dense(
    _ name: String, input: Shape, stem: Stem, blocks: [Int], growth: Int, _ block: Block
  ) -> Architecture {
    let stages = blocks.enumerated().map { index, count in
      Stage(blocks: count, width: growth, stride: index == 0 ? 1 : 2)
    }
    return Architecture(
      name: name, input: input, stem: stem, block: block, stages: stages, shortcut: .none, initialization: .heFanIn)
  }
}
