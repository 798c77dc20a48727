import Foundation
import ResNetCore
import ResNetImages
import Testing

@testable import ResNetData

/// A picture as a PPM file: bytes drawn at random.
func ppm(_ width: Int, _ height: Int, seed: UInt64) -> [UInt8] {
  var random = RandomNumbers(seed: seed, purpose: .testing)
  return Array("P6 \(width) \(height) 255\n".utf8)
    + (0..<width * height * 3).map { _ in UInt8(random.integer(below: 256)) }
}

extension TemporaryFolder {
  /// Puts pictures of sizes of their own into the folders of some classes, as many of each as its number says.
  func writePictures(_ classes: [(name: String, count: Int)], in place: String = "", seed: UInt64 = 0) throws {
    for (label, entry) in classes.enumerated() {
      for number in 0..<entry.count {
        let file = "\(place.isEmpty ? "" : place + "/")\(entry.name)/\(number).ppm"
        let seed = seed * 10_000 + UInt64(label * 100 + number)
        try write(ppm(9 + number % 4, 8 + (number + label) % 5, seed: seed), to: file)
      }
    }
  }
}

/// Three classes of four, three and five pictures.
let threeClasses = [(name: "ant", count: 4), (name: "bee", count: 3), (name: "cat", count: 5)]

/// Preprocessing of pictures to 8×8.
func small() throws -> Preprocessing { try .photographs(side: 8) }

/// The paths of all pictures of a set, below its own folder.
func paths(_ set: DataSet) -> [String] {
  guard case .files(let files) = set.images else { return [] }
  return set.rows.map { files.paths[$0] }
}

/// The error that opening a folder ends with.
func refusal(_ path: String, _ options: ImageFolderOptions = ImageFolderOptions()) throws -> ResNetError {
  try #require(#expect(throws: ResNetError.self) { _ = try DataSet.open(path, pictures: options) })
}
