import ResNetCore
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels

extension Model {
  /// The version of ONNX's operators that `writeONNX(to:)` uses.
  public static var onnxOperatorSet: Int { ONNXFile.operatorSet }

  /// Writes the network as it is when it does not train as an ONNX file, whole or not at all; equal models give equal
  /// bytes.
  ///
  /// The input is `input`, `[batch, channels, height, width]` or `[batch, features]`, preprocessed; the output is `logits`,
  /// `[batch, classes]`; `batch` may be of any size. Parameters keep their names. The file's `metadata_props` hold the texts
  /// of the model's own file, preprocessing and classes among them; a mean image is the initializer `preprocessing.mean`,
  /// which no operator takes.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where the file cannot be written, `usage` where the model is quantised or
  ///   has more than the 2 GiB of an ONNX file.
  public func writeONNX(to path: String) throws {
    try onnx().write(to: path)
  }

  func onnx() throws -> ONNXFile {
    guard quantization == nil else {
      throw ResNetError(
        .usage, "the model is quantised, and its integers have no place in the ONNX file", at: architecture.name,
        remedy: "Export the model that it was made from, and quantise with the tools of where it is to run")
    }
    let operators = ONNXOperators(graph)
    let contents = try fileContents()
    let names =
      graph.parameters.map(\.name)
      + (preprocessing.meanImage == nil ? [] : [ModelMetadata.meanImageName])
    let arrays = names.compactMap { name in contents.tensors[name].map { ONNXFile.Initializer(name, .float32($0)) } }
    return ONNXFile(
      name: architecture.name, producer: ("swift-resnet", packageVersion),
      inputs: [.init(ONNXOperators.input, [.named("batch")] + input.dimensions.map { .fixed($0) })],
      outputs: [.init(ONNXOperators.output, [.named("batch"), .fixed(classes.count)])],
      nodes: operators.nodes, initializers: arrays + operators.constants, metadata: contents.metadata)
  }
}
