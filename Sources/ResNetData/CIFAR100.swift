import ResNetCore

/// CIFAR-100 (Krizhevsky, 2009): 50,000 training and 10,000 test images, 3×32×32, of a hundred classes in twenty groups.
public struct CIFAR100: Sendable {
  /// Which of the two labels of each image is its class.
  public enum Labels: String, Hashable, Sendable, CaseIterable {
    /// The hundred classes.
    case fine
    /// The twenty groups.
    case coarse
  }

  /// The training images.
  public let training: DataSet
  /// The test images.
  public let test: DataSet

  /// Opens the folder of the binary version, usually `cifar-100-binary`.
  ///
  /// Smaller sets in the same format may be opened too; a folder in which only one of the files has the published length
  /// is taken for damaged.
  ///
  /// - Throws: `ResNetError` of code `data` where a file is missing, damaged or holds a label out of range, and of code
  ///   `inputOutput` where one cannot be read.
  public init(at path: String, labels: Labels = .fine) throws {
    try self.init(DataFolder(path), labels: labels)
  }

  init(_ folder: DataFolder, labels: Labels) throws {
    let classes = labels == .fine ? 100 : 20
    let meta = "\(labels.rawValue)_label_names.txt"
    let names = try folder.names(meta)
    guard names.count == classes else {
      throw ResNetError(
        .data, "it names \(names.count) classes instead of \(classes)", at: folder.place(meta),
        remedy: "Unpack the data set again")
    }
    (training, test) = try CIFARFiles(
      folder: folder, labelBytes: 2, labelPosition: labels == .fine ? 1 : 0, classNames: names
    ).open(
      "CIFAR-100", training: [CIFARFiles.File(name: Self.files[0], records: 50_000)],
      test: [CIFARFiles.File(name: Self.files[1], records: 10_000)])
  }

  /// Both sets.
  public var splits: DataSplits { DataSplits(name: "CIFAR-100", training: training, test: test) }

  /// The training file and the test file.
  static let files = ["train.bin", "test.bin"]
}
