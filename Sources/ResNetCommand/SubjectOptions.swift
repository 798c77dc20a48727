import ArgumentParser
import ResNet

/// Trained networks, and networks as they begin.
struct SubjectOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Folders of runs, or safetensors files.", valueName: "model"), completion: .models)
  var models: [String] = []

  @Option(
    name: .customLong("network"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Networks to look at as they begin, such as resnet20, or JSON files.", valueName: "network"),
    completion: .networks)
  var networks: [String] = []

  @Option(help: ArgumentHelp("What the weights of networks that begin are drawn from.", valueName: "number"))
  var seed: UInt64 = 0

  @OptionGroup var options: NetworkOptions

  func validate() throws {
    guard !networks.isEmpty || !options.isGiven else {
      throw ValidationError(
        "\(options.arguments[0]) is for networks that begin: name some with --network, or leave it away.")
    }
  }

  /// Whether no network is named at all.
  var isEmpty: Bool { models.isEmpty && networks.isEmpty }

  /// Refuses to look at nothing.
  ///
  /// - Throws: `ValidationError` where no network is named.
  func checkAny() throws {
    guard !isEmpty else { throw ValidationError("Name a run, a safetensors file or a --network.") }
  }

  /// The networks, trained ones first.
  ///
  /// - Throws: what reading and making them throws.
  func subjects(for dataSet: DataSet?) throws -> [Subject] {
    let trained = try Subject.told(models)
    // What was varied stands in the name, as in `plain20 normalization=none`.
    let variation = options.arguments.map { " " + $0.dropFirst(2) }.joined()
    let begun = try networks.map { network in
      let architecture = try options.architecture(network)
      let name = architecture.name + variation
      return try Subject.beginning(
        architecture, for: dataSet, name: trained.contains { $0.name == name } ? name + ", untrained" : name, seed: seed
      )
    }
    return trained + begun
  }
}
