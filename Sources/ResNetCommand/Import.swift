import ArgumentParser
import Foundation
import ResNet
import ResNetFiles

/// `resnet import`: a model out of weights that others trained.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a model out of weights from elsewhere.",
    usage: """
      resnet import <file> --network <network> --preprocessing <kind>
        --classes <classes> --output <file> [<options>]
      """,
    discussion: """
      Reads checkpoints of PyTorch (.pth, .pt, .th; nothing in them is run) and
      safetensors, with the names of torchvision, timm and the common
      repositories for CIFAR, and writes a model as any other.

        resnet import resnet50.pth --network resnet50 --classes imagenet \\
          --preprocessing torchvision-v1 --output resnet50.safetensors
        resnet import a1.safetensors --network resnet50 --classes imagenet \\
          --preprocessing timm --crop 0.95 --output resnet50-a1.safetensors
        resnet import resnet20.th --network resnet20 \\
          --classes cifar-10-batches-bin/batches.meta.txt \\
          --preprocessing normalize --mean 0.4914,0.4822,0.4465 \\
          --deviation 0.247,0.2435,0.2616 --output resnet20.safetensors

      A file cannot tell a shortcut without parameters: give --shortcut a-after
      for weights trained with all zeros behind, as in fb.resnet.torch.
      """)

  @Argument(
    help: ArgumentHelp("A checkpoint of PyTorch, or a safetensors file.", valueName: "file"),
    completion: .file(extensions: ["pth", "pt", "th", "safetensors"]))
  var weights: String

  @Option(
    help: "A network such as resnet50 ('resnet networks' lists them), or a JSON file.", completion: .networks)
  var network: String?

  @OptionGroup var options: NetworkOptions

  @Option(
    help: ArgumentHelp(
      "A file with the names of the classes, one a line, or 'imagenet'.", valueName: "classes"),
    completion: .file())
  var classes: String

  @OptionGroup var preprocessing: PreprocessingOptions

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Where the model is written.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Take what fits, leave the rest at its first values, and tell what that was.")
  var partial = false

  func validate() throws {
    guard preprocessing.preprocessing != nil else {
      throw ValidationError("Missing expected argument '--preprocessing <kind>'.")
    }
  }

  func run() throws {
    guard let kind = preprocessing.preprocessing else { return }
    guard resolvedPath(weights) != resolvedPath(output) else {
      throw ResNetError(
        .usage, "the model would take the place of the weights", at: output, remedy: "Give another file")
    }
    try AtomicFile.check(output)
    let file = try WeightFile(contentsOf: weights)
    guard let network else {
      throw ResNetError(
        .usage, "the file does not say of which network it is", at: weights,
        remedy: (file.proposal.map { "\($0): g" } ?? "G") + "ive --network")
    }
    let architecture = try options.architecture(network)
    let names = try classes == "imagenet" ? ImageNet.classNames : namesOfClasses(in: classes)
    if let count = file.classCount, count != names.count, !partial {
      throw ResNetError(
        .data, "the weights tell \(count) classes apart, and \(names.count) names are given", at: weights,
        remedy: "Give as many names, or --partial for a new last layer")
    }
    let preprocessing = try preprocessing.chosen(kind)
    let side = preprocessing.geometry.outputSize
    let model = try Model(
      architecture: architecture, input: side.map { [architecture.input[0], $0.height, $0.width] }, classes: names,
      preprocessing: preprocessing, weights: file, isPartial: partial)
    try model.write(to: output)
    Terminal.print(
      """
      \(cell(architecture.name)), \(model.graph.parameterCount) parameters, \
      \(counted(names.count, "class", "classes"))
      from \(file.summary)
      """)
    if let prefix = file.prefix(for: model.graph) {
      Terminal.print("names without \(quoted(prefix)) before all of them")
    }
    if partial {
      let lines = file.difference(from: model.graph).lines
      Terminal.print(lines.isEmpty ? "everything fits" : lines.joined(separator: "\n"))
    }
    Terminal.print("\(cell(output)) holds the model")
  }
}
