import Foundation
import ResNetCore
import ResNetFiles
import ResNetImages
import ResNetModels

@testable import ResNetModel

/// A small model: 3 classes of 8×8 pictures, with one mean a channel or a mean image.
func sample(perPixel: Bool = false, seed: UInt64 = 1) throws -> Model {
  let mean = Tensor(shape: [3, 8, 8], scalars: (0..<192).map { Float($0) / 192 })
  return try Model(
    architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["cat", "dog", "ünö \"\\/🦊"],
    preprocessing: perPixel
      ? Preprocessing(meanImage: mean, deviation: [0.1, 0.2, 1.0 / 3])
      : Preprocessing(mean: [0.4914, 0.1, 1.0 / 3], deviation: [0.2470, 1, 1e-3]),
    seed: seed)
}

/// The model's file after `change` had its contents.
func changed(
  _ model: Model, _ change: (inout [String: Tensor], inout [String: String]) -> Void
) throws -> Safetensors {
  try changedFile(model) { change(&$0.tensors, &$0.metadata) }
}

/// The same with the integers of a quantised model.
func changedFile(_ model: Model, _ change: (inout Model.FileContents) -> Void) throws -> Safetensors {
  var contents = try model.fileContents()
  change(&contents)
  return try Safetensors(bytes: encoded(contents), name: "m.safetensors")
}

/// The bytes of a model's file.
func encoded(_ contents: Model.FileContents) throws -> [UInt8] {
  try Safetensors.encode(contents.tensors, integers: contents.integers, metadata: contents.metadata)
}

/// Runs `body` with the path of a new folder that is gone afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("resnet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func contents(_ path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}
