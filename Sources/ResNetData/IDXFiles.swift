import ResNetCore

/// Images and labels of the MNIST family (LeCun's IDX format): grey images, `[1, height, width]`.
enum IDXFiles {
  private static let splits = [(prefix: "train", name: "training"), (prefix: "t10k", name: "test")]

  private static func images(_ prefix: String) -> String { prefix + "-images-idx3-ubyte" }
  private static func labels(_ prefix: String) -> String { prefix + "-labels-idx1-ubyte" }

  /// Whether a folder has any file of the format.
  static func isPresent(in folder: DataFolder) -> Bool {
    folder.has(anyOf: splits.flatMap { [images($0.prefix), labels($0.prefix)] })
  }

  /// Opens the splits that a folder has; classes are named by their numbers, from 0 to the largest label of both.
  static func open(_ folder: DataFolder) throws -> DataSplits {
    let name = folder.path.split(separator: "/").last.map(String.init) ?? "IDX"
    var found: [(name: String, images: Images, labels: [UInt8])?] = []
    for split in splits {
      guard folder.has(anyOf: [images(split.prefix), labels(split.prefix)]) else {
        found.append(nil)
        continue
      }
      let images = try Images(folder, images(split.prefix))
      let labels = try labels(folder, labels(split.prefix))
      guard images.count == labels.count else {
        throw ResNetError(
          .data, "there are \(images.count) images and \(labels.count) labels",
          at: folder.place(self.labels(split.prefix)),
          remedy: "Unpack both files again")
      }
      found.append(("\(name) \(split.name)", images, labels))
    }
    let classes = found.compactMap { $0?.labels.max() }.max().map { Int($0) + 1 } ?? 0
    let sets = try found.map { split in
      try split.map {
        try DataSet(
          name: $0.name, imageShape: $0.images.shape, pixels: Array($0.images.pixels),
          labels: $0.labels.map(Int32.init),
          classNames: (0..<classes).map(String.init))
      }
    }
    if let training = found[0]?.images.shape, let test = found[1]?.images.shape, training != test {
      throw ResNetError(
        .data, "training images are \(training) and test images \(test)", at: folder.path,
        remedy: "Keep the files of different data sets in different folders")
    }
    return DataSplits(name: name, training: sets[0], test: sets[1])
  }

  private struct Images {
    let count: Int
    let shape: Shape
    let pixels: ArraySlice<UInt8>

    init(_ folder: DataFolder, _ file: String) throws {
      let bytes = try folder.read(file)
      let sizes = try header(bytes, magic: 0x803, sizes: 3, at: folder.place(file))
      count = sizes[0]
      shape = [1, sizes[1], sizes[2]]
      pixels = bytes[16...]
    }
  }

  private static func labels(_ folder: DataFolder, _ file: String) throws -> [UInt8] {
    let bytes = try folder.read(file)
    _ = try header(bytes, magic: 0x801, sizes: 1, at: folder.place(file))
    return Array(bytes[8...])
  }

  /// The sizes that a header states, after checking that they are what the file holds.
  private static func header(_ bytes: [UInt8], magic: UInt32, sizes count: Int, at place: String) throws -> [Int] {
    let remedy = "Unpack the file again"
    guard bytes.count >= 4 * (count + 1) else {
      throw ResNetError(.data, "\(bytes.count) bytes are too few for an IDX header", at: place, remedy: remedy)
    }
    let words = (0...count).map { word in
      bytes[4 * word..<4 * word + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    guard words[0] == magic else {
      let expected = String(magic, radix: 16)
      let found = String(words[0], radix: 16)
      throw ResNetError(
        .data, "the file begins with 0x\(found) instead of 0x\(expected)", at: place,
        remedy: words[0] >> 16 == 0x1f8b
          ? "Unpack it with gunzip" : "Give the IDX file of unsigned bytes that its name promises")
    }
    let shape = Shape(words.dropFirst().map(Int.init))
    let expected = try? shape.checkedCount()
    guard let expected, expected > 0 else {
      throw ResNetError(.data, "its header states \(shape) bytes", at: place, remedy: remedy)
    }
    let held = bytes.count - 4 * (count + 1)
    guard expected == held else {
      throw ResNetError(
        .data, "its header states \(shape) bytes and it holds \(held): it is cut short or too long", at: place,
        remedy: remedy)
    }
    return shape.dimensions
  }
}
