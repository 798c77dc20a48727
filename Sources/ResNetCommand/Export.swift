import ArgumentParser
import Foundation
import ResNet
import ResNetFiles

/// `resnet export`: a model for other programs, or in another form.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model as ONNX or in half precision, for other programs.",
    usage: "resnet export <model> --output <file> [<options>]",
    discussion: """
      The ONNX file holds the network as it is when it does not train, with float32
      weights under the names that they have here, for batches of any size.

        resnet export runs/r20 --output resnet20.onnx
        resnet export resnet50.safetensors -o resnet50.onnx

      'input' takes images that are preprocessed already, and 'logits' comes out.
      What to do to images, what the classes are called and how good the model was
      when training kept it is in metadata_props, under resnet.preprocessing,
      resnet.classes and resnet.figures.

      Where the file is called .safetensors, it is a model like any other; its
      numbers may be in half precision, half the size, and then without figures. A
      run's model can be that of any checkpoint that the run still has, with figures
      where an epoch ended there.

        resnet export runs/r20 --type f16 -o small.safetensors
        resnet export runs/r20 --step 391 -o early.safetensors
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("Where the file is written.", valueName: "file"),
    completion: .file(extensions: ["onnx", "safetensors"]))
  var output: String

  @Option(help: ArgumentHelp("Of a safetensors file: the kind of numbers (default: f32).", valueName: "kind"))
  var type: FloatType?

  @Option(help: ArgumentHelp("Of a run: after so many steps, where it kept its state.", valueName: "steps"))
  var step: Int?

  private var isModelFile: Bool { Model.isFileName(output) }

  func validate() throws {
    guard type == nil || isModelFile else {
      throw ValidationError("--type is for safetensors files: ONNX holds float32. Leave it away.")
    }
  }

  func run() throws {
    let file = resolvedPath(try Model.file(at: model))
    guard file != resolvedPath(output) else {
      throw ResNetError(
        .usage, "the \(isModelFile ? "" : "ONNX ")file would take the place of the model", at: output,
        remedy: "Give another file")
    }
    try AtomicFile.check(output)
    let model = try step.map { try RunFolder.model(in: self.model, step: $0) } ?? Model(contentsOf: file)
    if isModelFile {
      try model.write(to: output, as: type ?? .float32)
      Terminal.print("\(cell(model.architecture.name)), \(model.graph.parameterCount) parameters")
      Terminal.print("\(cell(output)) holds the model")
    } else {
      try writeONNX(model)
    }
  }

  private func writeONNX(_ model: Model) throws {
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

extension FloatType: ExpressibleByArgument {}
