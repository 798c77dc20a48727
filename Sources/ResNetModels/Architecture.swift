import ResNetCore

/// Which network: block × stages × shortcut, as a value.
///
/// ```swift
/// var architecture = Architecture.resNet50
/// architecture.shortcut = .projectionEverywhere
/// let graph = try architecture.graph(classes: 10, input: [3, 96, 96])
/// ```
///
/// One description gives residual networks and their plain counterparts (`shortcut = .none`). It travels as JSON in a
/// model's file.
public struct Architecture: Hashable, Sendable {
  /// The name of the network in the catalogue, or one of your own.
  public var name: String
  /// The shape of one sample where no other is asked for: `[channels, height, width]` or `[features]`.
  public var input: Shape
  /// What stands before the first block.
  public var stem: Stem
  /// What each block consists of, where a stage has none of its own.
  public var block: Block
  /// The blocks of one width each, in order; called `layer1`, `layer2`, … in parameter names.
  public var stages: [Stage]
  /// What carries a[l] around each block.
  public var shortcut: Shortcut
  /// What is done to what the shortcuts carry.
  public var carry: Carry
  /// How likely the last block's branch is used in a training step, above 0 and up to 1: stochastic depth (Huang et al.,
  /// 2016). Block l of L survives with probability 1 − l/L·(1 − survival).
  public var survival: Double
  /// Which layer of a branch takes the stride.
  public var strideIn: StridePosition
  /// What follows each convolution and each hidden fully connected layer.
  public var normalization: Normalization
  /// How weights begin.
  public var initialization: Initialization
  /// Whether the last normalisation of each branch begins with scale 0, so that every block begins as g(a[l])
  /// (Goyal et al., "Accurate, large minibatch SGD", 2017); where a branch ends in weights, they begin at 0.
  public var zeroLastScale: Bool

  /// Makes a network out of its parts; `graph(classes:input:)` says whether they fit.
  public init(
    name: String, input: Shape, stem: Stem, block: Block, stages: [Stage], shortcut: Shortcut,
    carry: Carry = .whole, survival: Double = 1, strideIn: StridePosition = .threeByThree,
    normalization: Normalization = .batch, initialization: Initialization = .he, zeroLastScale: Bool = false
  ) {
    self.name = name
    self.input = input
    self.stem = stem
    self.block = block
    self.stages = stages
    self.shortcut = shortcut
    self.carry = carry
    self.survival = survival
    self.strideIn = strideIn
    self.normalization = normalization
    self.initialization = initialization
    self.zeroLastScale = zeroLastScale
  }
}

extension Architecture {
  /// The number of layers with weights on the longest path, as the literature counts depth: shortcuts are left out.
  public var depth: Int {
    stem.layerCount + 1
      + stages.reduce(0) { sum, stage in
        let block = block(of: stage)
        return sum + stage.blocks * block.layerCount + (block.isDense && stage.stride > 1 ? 1 : 0)
      }
  }

  /// The number of classes of the data that the network was made for.
  package var usualClasses: Int {
    switch stem {
    case .imageNet, .deep: 1000
    case .cifar, .fullyConnected, .none: 10
    }
  }

  /// The same network without shortcuts; `resnet` in its name becomes `plain`.
  public var plainCounterpart: Architecture {
    var plain = self
    plain.shortcut = .none
    plain.carry = .whole
    plain.survival = 1
    plain.zeroLastScale = false
    if let range = plain.name.firstRange(of: "resnet") { plain.name.replaceSubrange(range, with: "plain") }
    return plain
  }

  /// Applies a change to every block, and to those within others.
  public mutating func changeBlocks(_ change: (inout Block) -> Void) {
    block.change(change)
    for index in stages.indices { stages[index].block?.change(change) }
  }
}
