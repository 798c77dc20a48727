import ResNetCore

/// The binary version of the CIFAR data sets: records of one or two label bytes and 3,072 bytes of image, red then green
/// then blue, row by row (Krizhevsky, 2009).
struct CIFARFiles {
  /// A file and the number of records that it has as published.
  struct File {
    let name: String
    let records: Int
  }

  static let imageShape: Shape = [3, 32, 32]

  let folder: DataFolder
  /// The label bytes before each image.
  let labelBytes: Int
  /// Which of them is the class.
  let labelPosition: Int
  let classNames: [String]

  private var recordSize: Int { labelBytes + Self.imageShape.count }

  /// Reads a training and a test set.
  func open(_ name: String, training: [File], test: [File]) throws -> (training: DataSet, test: DataSet) {
    try checkLengths(training + test)
    return (try dataSet(name + " training", training), try dataSet(name + " test", test))
  }

  private func dataSet(_ name: String, _ files: [File]) throws -> DataSet {
    let imageSize = Self.imageShape.count
    var labels: [Int32] = []
    var pixels: [UInt8] = []
    for file in files {
      let bytes = try folder.read(file.name)
      let records = try recordCount(file, bytes: bytes.count)
      if labels.isEmpty { pixels.reserveCapacity(records * files.count * imageSize) }
      for record in 0..<records {
        let start = record * recordSize
        let label = bytes[start + labelPosition]
        guard label < classNames.count else {
          throw ResNetError(
            .data, "label \(label) of record \(record) is out of range", at: folder.place(file.name),
            remedy: "Labels go from 0 to \(classNames.count - 1); unpack the data set again")
        }
        labels.append(Int32(label))
        pixels.append(contentsOf: bytes[start + labelBytes..<start + recordSize])
      }
    }
    return try DataSet(
      name: name, imageShape: Self.imageShape, pixels: pixels, labels: labels, classNames: classNames)
  }

  /// Refuses files of odd length, and a folder in which some files have the published length and others have not.
  ///
  /// Small sets in the same format are welcome, but a file that was cut at the end of a record must not go unnoticed.
  private func checkLengths(_ files: [File]) throws {
    let counts = try files.map { try recordCount($0, bytes: try folder.size(of: $0.name)) }
    guard zip(files, counts).contains(where: { $0.records == $1 }),
      let (file, count) = zip(files, counts).first(where: { $0.records != $1 })
    else { return }
    throw ResNetError(
      .data, "the file has \(count) records where the published one has \(file.records)", at: folder.place(file.name),
      remedy: "Unpack the data set again")
  }

  private func recordCount(_ file: File, bytes: Int) throws -> Int {
    guard bytes.isMultiple(of: recordSize) else {
      throw ResNetError(
        .data, "\(bytes) bytes are not a whole number of records of \(recordSize) bytes: it is cut short or too long",
        at: folder.place(file.name), remedy: "Unpack the data set again")
    }
    return bytes / recordSize
  }
}
