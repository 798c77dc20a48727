import ArgumentParser
import ResNet

/// Which network, and what is varied of it.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The shortcut: none makes a plain net, a and a-after pad with zeros, b projects where the size changes, c everywhere.",
      valueName: "kind"))
  var shortcut: Shortcut?

  @Option(help: ArgumentHelp("The layer of a bottleneck that takes the stride.", valueName: "layer"))
  var strideIn: StridePosition?

  @Option(help: ArgumentHelp("What follows each layer; with none, layers have biases.", valueName: "kind"))
  var normalization: Normalization?

  @Option(help: ArgumentHelp("How weights begin.", valueName: "kind"))
  var initialization: Initialization?

  /// Whether any of them is given.
  var isGiven: Bool { shortcut != nil || strideIn != nil || normalization != nil || initialization != nil }

  /// The network of a name, varied.
  func architecture(_ name: String) throws -> Architecture {
    var architecture = try Architecture.named(name)
    if let shortcut {
      guard shortcut == .none || architecture.shortcut != .none else {
        throw ResNetError(
          .usage, "\(architecture.name) is a network without shortcuts", at: "--shortcut \(shortcut.rawValue)",
          remedy: "Name the residual network, with resnet in place of plain")
      }
      if shortcut == .none { architecture = architecture.plainCounterpart }
      architecture.shortcut = shortcut
    }
    if let strideIn { architecture.strideIn = strideIn }
    if let normalization { architecture.normalization = normalization }
    if let initialization { architecture.initialization = initialization }
    return architecture
  }
}

extension Shortcut: ExpressibleByArgument {}
extension StridePosition: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}

extension Initialization: ExpressibleByArgument {
  /// Reads what `init(_:)` reads.
  public init?(argument: String) { self.init(argument) }

  /// What is possible, for help and errors.
  public static var allValueStrings: [String] { ["he", "xavier", "normal:DEVIATION"] }
}
