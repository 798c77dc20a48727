import ArgumentParser
import ResNet

/// Which network, and what is varied of it.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The shortcut: none makes a plain net, a and a-after pad with zeros, b projects where the size changes, c everywhere, d pools before it projects.",
      valueName: "kind"))
  var shortcut: Shortcut?

  @Option(help: ArgumentHelp("Where normalisation and ReLU stand in each block that adds.", valueName: "order"))
  var order: UnitOrder?

  @Option(help: ArgumentHelp("What is done to what shortcuts carry: ablations, worse than whole.", valueName: "kind"))
  var carry: Carry?

  @Option(
    help: ArgumentHelp(
      "The chance that the last block is used in a training step: stochastic depth, falling from 1 block by block.",
      valueName: "chance"))
  var survival: Double?

  @Option(
    help: ArgumentHelp(
      "The share of values left out in each block while training, such as 0.3 for wide networks.", valueName: "share"))
  var dropout: Double?

  @Option(help: ArgumentHelp("The layer of a bottleneck that takes the stride.", valueName: "layer"))
  var strideIn: StridePosition?

  @Option(help: ArgumentHelp("What follows each layer; with none, layers have biases.", valueName: "kind"))
  var normalization: Normalization?

  @Option(help: ArgumentHelp("How weights begin.", valueName: "kind"))
  var initialization: Initialization?

  /// The options that are given, as a command line has them.
  var arguments: [String] {
    let values = [
      ("shortcut", shortcut?.rawValue), ("order", order?.rawValue), ("carry", carry?.rawValue),
      ("survival", survival.map { "\($0)" }), ("dropout", dropout.map { "\($0)" }), ("stride-in", strideIn?.rawValue),
      ("normalization", normalization?.rawValue), ("initialization", initialization?.description),
    ]
    return values.compactMap { name, value in value.map { "--\(name)=\($0)" } }
  }

  /// Whether any of them is given.
  var isGiven: Bool { !arguments.isEmpty }

  /// The network of a name or of a file, varied.
  func architecture(_ name: String) throws -> Architecture { try varied(Architecture(argument: name)) }

  /// A network, varied.
  func varied(_ architecture: Architecture) throws -> Architecture {
    var architecture = architecture
    if let shortcut {
      guard shortcut == .none || architecture.shortcut != .none else {
        throw ResNetError(
          .usage, "\(architecture.name) is a network without shortcuts", at: "--shortcut \(shortcut.rawValue)",
          remedy: architecture.name.contains("plain")
            ? "Name the residual network, with resnet in place of plain"
            : "Leave the option away, or choose a network whose blocks add")
      }
      if shortcut == .none { architecture = architecture.plainCounterpart }
      architecture.shortcut = shortcut
    }
    if let order { try architecture.setOrder(order) }
    if let carry { architecture.carry = carry }
    if let survival { architecture.survival = survival }
    if let dropout { architecture.changeBlocks { $0.dropout = dropout } }
    if let strideIn { architecture.strideIn = strideIn }
    if let normalization { architecture.normalization = normalization }
    if let initialization { architecture.initialization = initialization }
    return architecture
  }
}

extension Architecture {
  /// Gives every block that adds an order.
  fileprivate mutating func setOrder(_ order: UnitOrder) throws {
    var isGiven = false
    changeBlocks { block in
      guard !block.isDense else { return }
      block.order = order
      isGiven = true
    }
    guard isGiven else {
      throw ResNetError(
        .usage, "\(name) has dense blocks alone, which normalise before each layer", at: "--order \(order.rawValue)",
        remedy: "Leave it away, or use a network whose blocks add")
    }
  }

  /// The network that an argument means: a file where it looks like one or is one, else a name. A network's name stays
  /// one beside a file that is called the same; `./resnet20` is the file.
  init(argument: String) throws {
    let isName = (try? Architecture.named(argument)) != nil
    if !isName, isFile(argument) || argument.contains("/") || argument.hasSuffix(".json") {
      try self.init(contentsOf: argument)
    } else {
      self = try Architecture.named(argument)
    }
  }
}

extension Shortcut: ExpressibleByArgument {}
extension UnitOrder: ExpressibleByArgument {}
extension Carry: ExpressibleByArgument {}
extension StridePosition: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}

extension Initialization: ExpressibleByArgument {
  /// Reads what `init(_:)` reads.
  public init?(argument: String) { self.init(argument) }

  /// What is possible, for help and errors.
  public static var allValueStrings: [String] { ["he", "he-fan-in", "xavier", "normal:DEVIATION"] }
}
