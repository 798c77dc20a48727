import ResNetCore

extension Architecture {
  /// Whether the blocks take vectors.
  var takesVectors: Bool { stages.first.map(block(of:))?.takesVectors ?? false }

  /// Refuses a block that cannot be built, wherever it stands.
  func validate(_ block: Block, nesting: Int = 0) throws {
    try require(
      nesting <= Self.maximumNesting, "blocks stand within blocks more than \(Self.maximumNesting) deep",
      "Use fewer blocks within blocks")
    try block.validate()
    for item in block.branch {
      if case .block(let inner) = item { try validate(inner, nesting: nesting + 1) } else { try item.validate() }
    }
  }

  /// Refuses blocks and a stem of which one is for images and another for vectors.
  func validateKinds() throws {
    let blocks = stages.map(block(of:))
    let ofVectors = blocks.contains(where: \.takesVectors)
    let ofImages = blocks.contains(where: \.takesImages)
    let stemFits =
      switch stem {
      case .none: true
      case .fullyConnected: !ofImages
      case .cifar, .imageNet, .deep: !ofVectors
      }
    try require(
      stemFits && !(ofVectors && ofImages),
      "\(stemFits ? "one block does not give what another takes" : "the stem does not give what the blocks take")",
      "Use all for images or all for vectors")
    try require(
      !ofVectors || stages.allSatisfy { $0.stride == 1 }, "a vector has no pixels to stride over",
      "Use stride 1 in every stage")
    try require(
      strideIn == .threeByThree || blocks.contains { $0.strideIndex(.threeByThree) != 0 },
      "no branch begins with a 1×1 convolution before a larger one: there is nothing to choose for the stride",
      "Choose the layer of the stride only for networks of bottlenecks, such as resnet50")
  }

  /// Refuses what needs shortcuts, or a normalisation at the end of a branch, where there are none.
  func validateShortcuts() throws {
    let adding = stages.map(block(of:)).filter { !$0.isDense }
    let hasShortcuts = shortcut != .none && !adding.isEmpty
    try require(
      (1e-6...1).contains(survival), "a survival of \(survival) is not possible",
      "Use a probability from 0.000001 to 1")
    try require(
      hasShortcuts || (carry == .whole && survival == 1), "there are no shortcuts to carry what branches leave out",
      "Use carry and survival in residual networks only")
    try require(
      !zeroLastScale || (normalization == .batch && hasShortcuts),
      "scales of zero need batch normalisation and a shortcut, or nothing would pass",
      "Keep both, or leave the last scales at one")
    try require(
      !zeroLastScale || adding.allSatisfy { $0.order != .reluBeforeAddition && $0.branch.last?.isBlock == false },
      "branches that end in ReLU or in a block would stay at zero", "Leave the last scales at one")
  }
}

extension Stage {
  /// Refuses sizes that no stage can have.
  func validate() throws {
    try require(
      (1...Architecture.maximumDepth).contains(blocks), "a stage of \(blocks) blocks is not possible",
      "Use at least one block, and no more than \(Architecture.maximumDepth) layers in all")
    try requireWidth(width)
    try require((1...16).contains(stride), "a stride of \(stride) is not possible", "Use 1 to 16")
  }
}

extension Block.Item {
  /// Refuses sizes that no layer of a branch can have.
  func validate() throws {
    switch self {
    case .convolution(let kernel, let width, let groups):
      try require(
        (1...31).contains(kernel) && kernel % 2 == 1, "a kernel of \(kernel) is not possible in a block",
        "Use an odd number from 1 to 31")
      try requireFactor(width)
      try require(
        (1...Architecture.maximumWidth).contains(groups), "\(groups) groups are not possible",
        "Use a number that divides the channels of the layer and of the one before it")
    case .fullyConnected(let width): try requireFactor(width)
    case .block: break
    }
  }

  private func requireFactor(_ width: Int) throws {
    try require(
      (1...64).contains(width), "a layer of \(width) times the stage's width is not possible", "Use 1 to 64")
  }
}

extension Block {
  /// Refuses what no block can have, whatever its items are.
  func validate() throws {
    try require(!branch.isEmpty, "a block has an empty branch", "Give it at least one layer")
    if case .dense(let compression) = connection {
      try require(
        compression > 0 && compression <= 1, "a compression of \(compression) is not possible",
        "Use a share above 0 and up to 1")
      try require(
        order == .preactivation, "a dense block cannot have the order \(order.rawValue)",
        "Use preactivation: a dense layer normalises what all layers before it gave")
    }
    try require(
      dropout >= 0 && Float(dropout) < 1, "a dropout of \(dropout) is not possible", "Use a share from 0 to below 1")
    if let squeeze {
      try require(
        (1...Architecture.maximumWidth).contains(squeeze), "a squeeze of \(squeeze) is not possible",
        "Use 1 to \(Architecture.maximumWidth): how many times fewer features than channels, such as 16")
    }
  }

  /// Whether it takes images; blocks that take both are refused.
  var takesImages: Bool {
    allItems.contains { if case .convolution = $0 { true } else { false } }
  }
}

/// Throws an error of code `usage`, whose place the caller knows, unless a condition holds.
func require(_ condition: Bool, _ message: @autoclosure () -> String, _ remedy: String) throws {
  guard condition else { throw ResNetError(.usage, message(), remedy: remedy) }
}

/// Refuses a width that no layer can have.
func requireWidth(_ width: Int) throws {
  try require(
    (1...Architecture.maximumWidth).contains(width), "a width of \(width) is not possible",
    "Use 1 to \(Architecture.maximumWidth) channels")
}
