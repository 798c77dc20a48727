import ResNetCore

extension Architecture {
  /// The greatest depth of a network: far above ResNet-1202, far below what would fill memory with layers.
  public static let maximumDepth = 10_000

  static let maximumWidth = 1 << 16
  static let maximumClasses = 1 << 20
  static let maximumInputCount = 1 << 28
  static let maximumParameterCount = 1 << 32

  /// Refuses parts that do not fit together, and sizes that memory could not hold, before anything is built.
  func validate() throws {
    func require(_ condition: Bool, _ message: @autoclosure () -> String, _ remedy: String) throws {
      guard condition else { throw ResNetError(.usage, message(), at: "network \(printable(name))", remedy: remedy) }
    }
    func requireWidth(_ width: Int) throws {
      try require(
        (1...Self.maximumWidth).contains(width), "a width of \(width) is not possible",
        "Use 1 to \(Self.maximumWidth) channels")
    }

    try require(isName(name), "the name is empty, too long or not printable", "Use 1 to 100 printable characters")
    try require((1...64).contains(stages.count), "\(stages.count) stages are not possible", "Use 1 to 64 stages")
    for stage in stages {
      try require(
        (1...Self.maximumDepth).contains(stage.blocks), "a stage of \(stage.blocks) blocks is not possible",
        "Use at least one block, and no more than \(Self.maximumDepth) layers in all")
      try requireWidth(stage.width)
      try require((1...16).contains(stage.stride), "a stride of \(stage.stride) is not possible", "Use 1 to 16")
    }
    try require(
      depth <= Self.maximumDepth, "a depth of \(depth) layers is not possible",
      "Use at most \(Self.maximumDepth) layers")

    switch stem {
    case .cifar(let width), .imageNet(let width), .fullyConnected(let width): try requireWidth(width)
    case .none: break
    }
    switch (block, stem) {
    case (.fullyConnected, .fullyConnected), (.fullyConnected, .none), (.basic, .cifar), (.basic, .imageNet),
      (.basic, .none), (.bottleneck, .cifar), (.bottleneck, .imageNet), (.bottleneck, .none):
      break
    default:
      try require(
        false, "the stem does not give what \(block.rawValue) blocks take", "Use both for images or both for vectors")
    }
    try require(
      block != .fullyConnected || stages.allSatisfy { $0.stride == 1 }, "a vector has no pixels to stride over",
      "Use stride 1 in every stage")
    try require(
      block == .bottleneck || strideIn == .threeByThree,
      "\(block.rawValue) blocks have no 1×1 convolution for the stride",
      "Choose the layer of the stride only for networks of bottlenecks, such as resnet50")
    try require(
      !zeroLastScale || (normalization == .batch && shortcut != .none),
      "scales of zero need batch normalisation and a shortcut, or nothing would pass",
      "Keep both, or leave the last scales at one")
    if case .normal(let deviation) = initialization {
      try require(
        deviation.isFinite && deviation > 0, "weights cannot begin with a deviation of \(deviation)",
        "Use a positive number such as 0.01")
    }
  }

  /// Refuses a number of classes or an input that the network cannot take.
  func validate(classes: Int, input: Shape) throws {
    guard (1...Self.maximumClasses).contains(classes) else {
      throw ResNetError(
        .usage, "a network of \(classes) classes is not possible", at: "network \(name)",
        remedy: "Use 1 to \(Self.maximumClasses) classes")
    }
    let isVector = input.rank == 1
    guard isVector || input.rank == 3, input.dimensions.allSatisfy({ (1...Self.maximumInputCount).contains($0) }),
      try input.checkedCount() <= Self.maximumInputCount
    else {
      throw ResNetError(
        .usage, "an input of shape \(input) is not possible", at: "network \(name)",
        remedy: "Use channels×height×width or a number of features, each at least 1, and at most 2²⁸ values in all")
    }
    guard !isVector || block == .fullyConnected else {
      throw ResNetError(
        .usage, "the network takes images of channels×height×width, not a vector of \(input[0]) features",
        at: "network \(name)", remedy: "Give it images such as \(self.input), or use a fully connected network")
    }
  }

  /// Refuses a network whose weights alone would not fit in a usual computer.
  func validate(parameterCount: Int) throws {
    guard parameterCount <= Self.maximumParameterCount else {
      throw ResNetError(
        .usage, "the network would have \(parameterCount) parameters", at: "network \(name)",
        remedy: "Use fewer or narrower blocks: at most \(Self.maximumParameterCount) parameters")
    }
  }
}
