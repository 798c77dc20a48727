import Foundation
import ResNetCore
import ResNetEngine
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels

extension Model {
  /// The name of the model's file in the folder of a run.
  public static let fileName = "model.safetensors"

  /// What the names of safetensors files end in.
  package static let fileNameExtension = ".safetensors"

  /// Whether a path ends as those of safetensors files do, in letters of either case.
  package static func isFileName(_ path: String) -> Bool { path.lowercased().hasSuffix(fileNameExtension) }

  /// The safetensors file that a MODEL argument means: the file itself, or the one in the folder of a run.
  ///
  /// - Throws: `ResNetError` of code `data` where there is neither.
  public static func file(at path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ResNetError(
        .data, "there is no such file or folder", at: path, remedy: "Give the folder of a run or a safetensors file")
    }
    guard isFolder.boolValue else { return path }
    let file = path + (path.hasSuffix("/") ? "" : "/") + fileName
    guard FileManager.default.fileExists(atPath: file) else {
      throw ResNetError(
        .data, "there is no \(fileName) in this folder", at: path,
        remedy: "Give the folder of a run that has saved a model, or a safetensors file")
    }
    return file
  }

  /// Reads the model that a MODEL argument means: a safetensors file that `write(to:)` made, or the folder of a run.
  ///
  /// Numbers that are not finite are read as they are. A normalisation's `num_batches_tracked` is passed over.
  ///
  /// - Throws: `ResNetError` of code `data` where there is none, where it is damaged, or where its parts do not fit one
  ///   another; `inputOutput` where it cannot be read.
  public init(contentsOf path: String) throws {
    let file = try Self.file(at: path)
    guard try !PyTorchCheckpoint.isCheckpoint(at: file) else {
      throw ResNetError(
        .data, "the file is a PyTorch checkpoint, which does not say of which network", at: file,
        remedy: "Make a model of it with 'resnet import --network'")
    }
    try self.init(Safetensors(weightsAt: file))
  }

  init(_ file: Safetensors) throws {
    do {
      let metadata = try ModelMetadata(file)
      let meanImage = file.entry(named: ModelMetadata.meanImageName)
      guard (meanImage != nil) == (metadata.preprocessing.kind == .perPixel) else {
        throw ResNetError(
          .data, "the tensor \(ModelMetadata.meanImageName) and the preprocessing do not agree",
          remedy: "Write the model again")
      }
      if let meanImage, meanImage.shape != metadata.input {
        throw ResNetError(
          .data, "the mean image is \(meanImage.shape), the input \(metadata.input)", remedy: "Write the model again")
      }
      let preprocessing = try Preprocessing(metadata.preprocessing, meanImage: meanImage.map(file.tensor))
      try self.init(metadata.architecture, metadata.input, metadata.classes, preprocessing) { graph in
        let entries = file.entries.filter { entry in
          !entry.name.utf8.elementsEqual(ModelMetadata.meanImageName.utf8) && !isBatchCount(entry.name, in: file)
        }
        let given = entries.map { ($0.name, $0.shape) }
        guard !metadata.isQuantized else {
          let layers = Quantization.quantizedLayers(of: graph)
          try Self.check(given, against: Self.quantizedShapes(graph, layers), of: metadata.architecture)
          return try Self.quantizedNumbers(file, entries, layers)
        }
        try Self.check(given, against: graph.parameters.map { ($0.name, $0.shape) }, of: metadata.architecture)
        return (Dictionary(uniqueKeysWithValues: try entries.map { ($0.name, try file.tensor($0)) }), nil)
      }
      figures = metadata.figures
    } catch var error as ResNetError {
      // What would be a wrong request elsewhere is damaged data in a file.
      if error.code == .usage { error.code = .data }
      if error.place?.hasPrefix(file.place) != true {
        error.place = file.place + (error.place.map { ", \($0)" } ?? "")
      }
      throw error
    }
  }

  /// Writes the model as a safetensors file, whole or not at all; equal models give equal bytes.
  ///
  /// Its `__metadata__` holds architecture, input, classes, preprocessing and figures under keys that begin with `resnet.`;
  /// a mean image is the tensor `preprocessing.mean`. The file of a quantised model holds integers
  /// (`docs/quantized-models.md`).
  ///
  /// - Parameters:
  ///   - path: the file; one that is there is replaced.
  ///   - type: how numbers are written; in half precision they are rounded, the file is half as large, and says nothing
  ///     of how good the model is.
  /// - Throws: `ResNetError` of code `inputOutput` where the file cannot be written, `usage` where it has figures that cannot
  ///   be, or where half precision is asked for and a number is too large for it or the model is quantised.
  public func write(to path: String, as type: FloatType = .float32) throws {
    guard type == .float32 || quantization == nil else {
      throw ResNetError(
        .usage, "the numbers of a quantised model are integers already", at: path,
        remedy: "Write it as it is, or the model that it was made from in half precision")
    }
    // Rounded numbers give other errors.
    var written = self
    if type != .float32 { written.figures = nil }
    let contents = try written.fileContents()
    try Safetensors.write(
      contents.tensors, as: type, integers: contents.integers, metadata: contents.metadata, to: path)
  }

  /// What is written.
  struct FileContents {
    var tensors: [String: Tensor]
    var integers: [String: Int8Tensor] = [:]
    var metadata: [String: String]
  }

  func fileContents() throws -> FileContents {
    let metadata = ModelMetadata(
      architecture: architecture, input: input, classes: classes, preprocessing: preprocessing.metadata,
      isQuantized: quantization != nil, figures: figures)
    var contents = FileContents(tensors: parameters, metadata: try metadata.texts())
    if let quantization { replaceByIntegers(&contents, quantization) }
    contents.tensors[ModelMetadata.meanImageName] = preprocessing.meanImage
    return contents
  }
}

/// Whether `name` is the number of batches that PyTorch counts beside a normalisation's running statistics.
private func isBatchCount(_ name: String, in file: Safetensors) -> Bool {
  let suffix = ".num_batches_tracked"
  guard name.hasSuffix(suffix) else { return false }
  return file.entry(named: name.dropLast(suffix.count) + ".running_mean") != nil
}
