/// What one block consists of: a branch of any number of layers, and how its output joins what the block was given.
///
/// ```swift
/// let five = Block([.convolution(kernel: 1), .convolution(kernel: 3), .convolution(kernel: 3),
///                   .convolution(kernel: 3), .convolution(kernel: 1, width: 4)])
/// ```
public struct Block: Hashable, Sendable {
  /// One step of a branch.
  public enum Item: Hashable, Sendable {
    /// A convolution of an odd kernel to `width` times the stage's width, in groups.
    case convolution(kernel: Int, width: Int = 1, groups: Int = 1)
    /// A fully connected layer to `width` times the stage's width, on vectors.
    case fullyConnected(width: Int = 1)
    /// A block within the block, of the stage's width.
    case block(Block)
  }

  /// How the branch's output joins what the block was given.
  public enum Connection: Hashable, Sendable {
    /// Their sum, where `Architecture.shortcut` carries what was given.
    case adding
    /// The channels of both, one after another (Huang et al., "Densely connected convolutional networks", 2017): the
    /// stage's width is the growth rate. Before a stage of stride 2 a transition keeps the share `compression` of the
    /// channels and pools.
    case dense(compression: Double = 1)
  }

  /// The steps of the branch, in their order.
  public var branch: [Item]
  /// How the branch's output joins what the block was given.
  public var connection: Connection
  /// Where normalisation and ReLU stand.
  public var order: UnitOrder
  /// How many times fewer features squeeze-and-excitation has inside than the branch has channels (Hu et al., 2018);
  /// `nil` where there is none.
  public var squeeze: Int?
  /// The share of values left out while training, from 0 to below 1: between the layers of a block that adds
  /// (Zagoruyko and Komodakis, 2016), after them in a dense block.
  public var dropout: Double

  /// Makes a block; dense ones normalise and activate before each layer unless another order is given.
  public init(
    _ branch: [Item], connection: Connection = .adding, order: UnitOrder? = nil, squeeze: Int? = nil,
    dropout: Double = 0
  ) {
    self.branch = branch
    self.connection = connection
    self.order = order ?? connection.usualOrder
    self.squeeze = squeeze
    self.dropout = dropout
  }
}

extension Block {
  /// Two 3×3 convolutions.
  public static let basic = Block([.convolution(kernel: 3), .convolution(kernel: 3)])

  /// A 1×1 convolution to the stage's width, a 3×3, and a 1×1 to four times the width.
  public static let bottleneck: Block = bottleneck(width: 1)

  /// Two fully connected layers, on vectors.
  public static let fullyConnected = Block([.fullyConnected(), .fullyConnected()])

  /// A bottleneck whose inner layers have `width` times the stage's width: wide ones (Zagoruyko and Komodakis, 2016),
  /// or in groups, as in ResNeXt (Xie et al., 2017).
  public static func bottleneck(width: Int, groups: Int = 1) -> Block {
    Block([
      .convolution(kernel: 1, width: width), .convolution(kernel: 3, width: width, groups: groups),
      .convolution(kernel: 1, width: 4),
    ])
  }

  /// A dense block's layer: a 3×3 convolution, and before it a 1×1 to `bottleneck` times the growth rate unless `nil`.
  public static func dense(bottleneck: Int?, compression: Double = 1) -> Block {
    let first = bottleneck.map { [Item.convolution(kernel: 1, width: $0)] } ?? []
    return Block(first + [.convolution(kernel: 3)], connection: .dense(compression: compression))
  }
}

/// Where normalisation and ReLU stand in a block (He et al., "Identity mappings in deep residual networks", 2016, fig. 4).
public enum UnitOrder: String, Hashable, Sendable, Codable, CaseIterable {
  /// Both after each layer; the last ReLU after the addition, as in the first paper.
  case original
  /// As `original`, and the last normalisation after the addition too.
  case normalizationAfterAddition = "normalization-after-addition"
  /// Both after each layer, the last ReLU before the addition.
  case reluBeforeAddition = "relu-before-addition"
  /// ReLU before each layer, normalisation after it.
  case reluOnlyPreactivation = "relu-only-preactivation"
  /// Both before each layer: what the shortcuts carry is touched by nothing.
  case preactivation

  /// Whether blocks take and give what has not been through ReLU yet.
  var isPreactivated: Bool { self == .preactivation || self == .reluOnlyPreactivation }
}

extension Block.Connection {
  /// Dense layers normalise what they are given, because each sees channels of many layers.
  var usualOrder: UnitOrder { self == .adding ? .original : .preactivation }
}

extension Block {
  /// Layers with weights in a branch.
  public var layerCount: Int { branch.reduce(0) { $0 + $1.layerCount } }

  /// Whether it joins channels instead of adding them.
  public var isDense: Bool { connection != .adding }

  /// The channels or features that a block gives.
  ///
  /// - Parameters:
  ///   - inputs: those that it is given.
  ///   - width: the stage's width.
  func outputs(inputs: Int, width: Int) -> Int {
    let outputs = branch.reduce(inputs) { inputs, item in
      switch item {
      case .convolution(_, let factor, _), .fullyConnected(let factor): width * factor
      case .block(let block): block.outputs(inputs: inputs, width: width)
      }
    }
    return isDense ? inputs + outputs : outputs
  }

  /// The step that takes a stride: the first that sees more than one pixel, unless it shall be the first of all.
  func strideIndex(_ position: StridePosition) -> Int {
    position == .threeByThree ? branch.firstIndex(where: \.isWide) ?? 0 : 0
  }

  /// Every step of the branch, and of those within it.
  var allItems: [Item] {
    branch.flatMap { item in
      if case .block(let block) = item { [item] + block.allItems } else { [item] }
    }
  }

  /// Applies a change to the block and to all within it.
  mutating func change(_ change: (inout Block) -> Void) {
    for index in branch.indices {
      guard case .block(var inner) = branch[index] else { continue }
      inner.change(change)
      branch[index] = .block(inner)
    }
    change(&self)
  }
}

extension Block.Item {
  var layerCount: Int {
    if case .block(let block) = self { block.layerCount } else { 1 }
  }

  /// Whether it is a convolution that sees more than one pixel.
  var isWide: Bool {
    if case .convolution(let kernel, _, _) = self { kernel > 1 } else { false }
  }

  /// The steps that its description has.
  var count: Int {
    if case .block(let block) = self { 1 + block.allItems.count } else { 1 }
  }

  var isBlock: Bool {
    if case .block = self { true } else { false }
  }
}

extension Block {
  /// Whether it takes vectors; blocks that take both are refused.
  var takesVectors: Bool {
    allItems.contains { if case .fullyConnected = $0 { true } else { false } }
  }
}
