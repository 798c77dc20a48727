import ResNetCore
import ResNetGraph

extension Architecture {
  /// The greatest depth of a network: far above ResNet-1202, far below what would fill memory with layers.
  public static let maximumDepth = 10_000

  static let maximumStages = 64
  /// The most layers and blocks in the descriptions of all blocks together: what they take as JSON fits in a file.
  static let maximumItems = 512
  static let maximumDefinitions = 64
  /// How deep blocks may stand within blocks: no deeper than the files of models and runs may be nested.
  static let maximumNesting = 4
  static let maximumWidth = 1 << 16
  static let maximumClasses = 1 << 20
  static let maximumInputCount = 1 << 28
  static let maximumParameterCount = 1 << 32
  /// Values that the layers give for one sample; as float32 64 GiB.
  static let maximumActivationCount = 1 << 34

  /// Refuses parts that do not fit together, and sizes that memory could not hold, before anything is built.
  func validate() throws {
    do {
      try validateParts()
    } catch var error as ResNetError {
      error.place = error.place ?? "network \(printable(name))"
      throw error
    }
  }

  private func validateParts() throws {
    try require(isName(name), "the name is empty, too long or not printable", "Use 1 to 100 printable characters")
    try require(
      (1...Self.maximumStages).contains(stages.count), "\(stages.count) stages are not possible",
      "Use 1 to \(Self.maximumStages) stages")
    let blocks = [block] + stages.compactMap(\.block)
    try require(
      blocks.reduce(0) { $0 + $1.allItems.count } <= Self.maximumItems,
      "the blocks have more than \(Self.maximumItems) layers and blocks within", "Use shorter branches")
    for block in blocks { try validate(block) }
    for stage in stages { try stage.validate() }
    try require(
      depth <= Self.maximumDepth, "a depth of \(depth) layers is not possible",
      "Use at most \(Self.maximumDepth) layers")
    switch stem {
    case .cifar(let width), .imageNet(let width), .deep(let width), .fullyConnected(let width): try requireWidth(width)
    case .none: break
    }
    try validateKinds()
    try validateShortcuts()
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
    guard !isVector || takesVectors else {
      throw ResNetError(
        .usage, "the network takes images of channels×height×width, not a vector of \(input[0]) features",
        at: "network \(name)",
        remedy:
          "Give it images such as \(self.input.rank == 3 ? self.input : [3, 32, 32]), or use a fully connected network")
    }
  }

  /// Refuses a network whose weights, or whose values for one sample, would not fit in a usual computer.
  func validate(_ graph: Graph) throws {
    func require(_ condition: Bool, _ message: @autoclosure () -> String, _ remedy: String) throws {
      guard condition else { throw ResNetError(.usage, message(), at: "network \(printable(name))", remedy: remedy) }
    }
    try require(
      graph.parameterCount <= Self.maximumParameterCount, "the network would have \(graph.parameterCount) parameters",
      "Use fewer or narrower blocks: at most \(Self.maximumParameterCount) parameters")
    var values = 0
    for layer in graph.layers {
      // At most the limit and one layer's count, which has been taken without overflow; the sum may still wrap.
      values &+= layer.shape.count
      try require(
        (0...Self.maximumActivationCount).contains(values),
        "the layers would give more than \(Self.maximumActivationCount) values for one sample",
        "Use smaller inputs, or fewer or narrower blocks")
    }
  }
}
