import Foundation
import ResNetCore
import ResNetData
import ResNetImages
import ResNetModels
import ResNetTraining

/// A folder of pictures of several sizes: two classes of ten to train on, of four to test on.
func photographs(in place: String = "photos") throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for (part, count) in [("train", 10), ("test", 4)] {
    for (label, name) in ["dark", "light"].enumerated() {
      let classFolder = "\(folder.path)/\(place)/\(part)/\(name)"
      try FileManager.default.createDirectory(atPath: classFolder, withIntermediateDirectories: true)
      for number in 0..<count {
        var random = RandomNumbers(seed: UInt64(label), purpose: .testing, epoch: number, index: part == "test" ? 1 : 0)
        let (width, height) = (10 + number % 3, 9 + number % 4)
        let bytes = (0..<width * height * 3).map { _ in UInt8(random.integer(below: 128) + 127 * label) }
        try (Data("P6 \(width) \(height) 255\n".utf8) + bytes)
          .write(to: URL(fileURLWithPath: "\(classFolder)/\(number).ppm"))
      }
    }
  }
  return folder
}

/// A run on the pictures of a folder.
func trainer(
  on source: String, _ length: Recipe.Length = .iterations(7), augmentation: Augmentation = .padFourAndFlip,
  threads: Int? = nil, keptIn run: RunFolder? = nil, broken: ImageFolderOptions.Broken = .fail,
  note: @escaping @Sendable (String) -> Void = { _ in }, progress: (@Sendable (TrainingProgress) -> Void)? = nil
) throws -> Trainer {
  let splits = try DataSet.open(source, pictures: ImageFolderOptions(broken: broken))
  return try Trainer(
    .cifar(depth: 8), on: splits.requireTraining(), test: splits.test,
    recipe: recipe(length, augmentation: augmentation),
    preprocessing: .photographs(side: 12), seed: 3, loaderThreads: threads, keptIn: run, progress: progress, note: note)
}
