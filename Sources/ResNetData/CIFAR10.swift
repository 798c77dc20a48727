import ResNetCore

/// CIFAR-10 (Krizhevsky, 2009): 50,000 training and 10,000 test images, 3×32×32, of ten classes.
public struct CIFAR10: Sendable {
  /// The training images.
  public let training: DataSet
  /// The test images.
  public let test: DataSet

  /// Opens the folder of the binary version, usually `cifar-10-batches-bin`.
  ///
  /// Smaller sets in the same format may be opened too; a folder in which only some of the files have the published
  /// length is taken for damaged.
  ///
  /// - Throws: `ResNetError` of code `data` where a file is missing, damaged or holds a label out of range, and of code
  ///   `inputOutput` where one cannot be read.
  public init(at path: String) throws {
    try self.init(DataFolder(path))
  }

  init(_ folder: DataFolder) throws {
    let meta = "batches.meta.txt"
    let names = folder.has(meta) ? try folder.names(meta) : Self.classNames
    guard names.count == 10 else {
      throw ResNetError(
        .data, "it names \(names.count) classes instead of 10", at: folder.place(meta),
        remedy: "Unpack the data set again")
    }
    let files = Self.files.map { CIFARFiles.File(name: $0, records: 10_000) }
    (training, test) = try CIFARFiles(folder: folder, labelBytes: 1, labelPosition: 0, classNames: names)
      .open("CIFAR-10", training: files.dropLast(), test: files.suffix(1))
  }

  /// Both sets.
  public var splits: DataSplits { DataSplits(name: "CIFAR-10", training: training, test: test) }

  /// The five training files and the test file.
  static let files = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]

  /// The classes as `batches.meta.txt` names them.
  static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
}
