import Foundation
import ResNet

/// Writes pictures of two classes, of sizes of their own, as PPM.
func writePhotographs(to folder: TemporaryFolder, in place: String, count: Int = 6, seed: UInt64 = 0) throws {
  for (label, name) in ["ant", "bee"].enumerated() {
    for number in 0..<count {
      var random = RandomNumbers(seed: seed, purpose: .testing, epoch: label, index: UInt64(number))
      let (width, height) = (10 + number % 3, 9)
      let bytes = (0..<width * height * 3).map { _ in UInt8(random.integer(below: 128) + 127 * label) }
      try folder.write(Array("P6 \(width) \(height) 255\n".utf8) + bytes, to: "\(place)/\(name)/\(number).ppm")
    }
  }
}

/// A folder with such pictures in `photos`: twelve to train on, four to test on.
func photographs() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  try writePhotographs(to: folder, in: "photos/train")
  try writePhotographs(to: folder, in: "photos/test", count: 2, seed: 1)
  return folder
}

/// Runs the tool in a folder with the words of a line.
func runTool(_ arguments: String, in folder: TemporaryFolder) throws -> Tool.Result {
  try Tool.run(arguments.split(separator: " ").map(String.init), in: folder.path)
}

/// A short run on `photos`, kept in `run`.
let trainingOnPhotographs =
  "train --network resnet8 --data photos --output run --size 12 --epochs 1 --batch 5 --threads 1"
