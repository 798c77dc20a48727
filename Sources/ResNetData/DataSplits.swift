import Foundation
import ResNetCore

/// What one source of data holds: training, validation and test images, or some of them.
public struct DataSplits: Sendable {
  /// What the source is called, as in `CIFAR-10`.
  public let name: String
  /// The training images, where there are some; of a folder without parts, all of them.
  public let training: DataSet?
  /// Images to test on after every epoch, where the source sets some apart from those of a last test.
  public let validation: DataSet?
  /// The test images, where there are some.
  public let test: DataSet?
  private let isUndivided: Bool

  /// Puts sets together.
  public init(name: String, training: DataSet?, validation: DataSet? = nil, test: DataSet?) {
    self.name = name
    self.training = training
    self.validation = validation
    self.test = test
    isUndivided = false
  }

  /// Takes one set for whatever it is wanted for: to train on it, or to test on it.
  public init(name: String, undivided set: DataSet) {
    self.name = name
    training = set
    validation = nil
    test = nil
    isUndivided = true
  }

  /// What a run trains on, what it tests on after every epoch, and what it tests on once, at its end, where the former
  /// are set apart or held out.
  ///
  /// - Parameters:
  ///   - validation: how many training images to hold out, if any.
  ///   - seed: what those are drawn by.
  /// - Throws: `ResNetError` of code `data` where there are no training images, `usage` where images cannot be held out.
  package func parts(
    validation: Int?, seed: UInt64
  ) throws -> (training: DataSet, test: DataSet?, finalTest: DataSet?) {
    let training = try requireTraining()
    guard let validation else {
      guard let set = self.validation else { return (training, test, nil) }
      return (training, set, test)
    }
    guard self.validation == nil else {
      throw ResNetError(
        .usage, "the data has validation images of its own", at: "--validation \(validation)", remedy: "Leave it away")
    }
    let parts = try training.split(validation: validation, seed: seed)
    return (parts.training, parts.validation, test)
  }

  /// The training images.
  ///
  /// - Throws: `ResNetError` of code `data` where there are none.
  public func requireTraining() throws -> DataSet {
    guard let training else {
      throw ResNetError(.data, "it holds no training images", at: name, remedy: "Give a folder with a training set")
    }
    return training
  }

  /// The images to measure a model on: the test images, else those for validation, else those of a source without parts.
  ///
  /// - Throws: `ResNetError` of code `data` where there are none.
  public func requireTest() throws -> DataSet {
    guard let test = test ?? validation ?? (isUndivided ? training : nil) else {
      throw ResNetError(
        .data, "it holds no test images", at: name,
        remedy: training?.imageShape == nil
          ? "Put pictures into a folder test beside train, or give the folder train itself to use what is trained on"
          : "Add its files of test images: test_batch.bin (CIFAR-10), test.bin (CIFAR-100) or t10k-images-idx3-ubyte and "
            + "t10k-labels-idx1-ubyte (IDX)")
    }
    return test
  }
}

extension DataSet {
  /// Opens what a folder holds, or the `generated` set.
  ///
  /// A folder may hold CIFAR-10 or CIFAR-100 in the binary version, IDX files, or pictures: `train` and `test` with a
  /// folder for each class, or the folders of the classes alone, which then are used for whatever is asked for. Where
  /// there is a `val` too, a run tests on that after every epoch and on `test` once, at its end.
  ///
  /// - Parameters:
  ///   - source: a folder, or the word `generated` (`./generated` is a folder of that name).
  ///   - options: what to make of a folder of pictures.
  /// - Throws: `ResNetError` of code `data` where the folder is missing or what it holds is unknown or damaged, and of code
  ///   `inputOutput` where it cannot be read.
  public static func open(_ source: String, pictures options: ImageFolderOptions = ImageFolderOptions()) throws
    -> DataSplits
  {
    if source == "generated" { return GeneratedDataSet().splits }
    let folder = try DataFolder(source)
    if let splits = try openArrays(folder) { return splits }
    guard let pictures = try ImageFolder(folder) else { throw folder.unknown() }
    return try pictures.splits(options)
  }

  /// Opens data files that hold many images each; `nil` where there are none.
  static func openArrays(_ folder: DataFolder) throws -> DataSplits? {
    if folder.has(anyOf: CIFAR10.files) { return try CIFAR10(folder).splits }
    if folder.has(anyOf: CIFAR100.files) { return try CIFAR100(folder, labels: .fine).splits }
    return IDXFiles.isPresent(in: folder) ? try IDXFiles.open(folder) : nil
  }
}
