import ArgumentParser
import Foundation
import ResNet
import ResNetFiles

/// `resnet export`: a model for other programs.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model as ONNX, for other programs.",
    usage: "resnet export <model> --output <file>",
    discussion: """
      The file holds the network as it is when it does not train, with float32
      weights under the names that they have here, for batches of any size.

        resnet export runs/r20 --output resnet20.onnx
        resnet export resnet50.safetensors -o resnet50.onnx

      'input' takes images that are preprocessed already, and 'logits' comes out.
      What to do to images and what the classes are called is in metadata_props,
      under resnet.preprocessing and resnet.classes.
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Where the ONNX file is written.", valueName: "file"),
    completion: .file(extensions: ["onnx"]))
  var output: String

  func run() throws {
    let file = resolvedPath(try Model.file(at: model))
    guard file != resolvedPath(output) else {
      throw ResNetError(
        .usage, "the ONNX file would take the place of the model", at: output, remedy: "Give another file")
    }
    try AtomicFile.check(output)
    let model = try Model(contentsOf: file)
    try model.writeONNX(to: output)
    let sizes = model.input.dimensions.map(String.init).joined(separator: ", ")
    Terminal.print(
      """
      \(cell(model.architecture.name)), \(model.graph.parameterCount) parameters, operator set \(Model.onnxOperatorSet)
      input [batch, \(sizes)], logits [batch, \(model.classes.count)]
      """)
    if model.preprocessing.meanImage != nil {
      Terminal.print(
        "images need the mean image subtracted: the initializer preprocessing.mean, which no operator takes")
    }
    Terminal.print("\(cell(output)) holds the network")
  }
}
