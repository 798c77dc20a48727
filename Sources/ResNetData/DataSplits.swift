import Foundation
import ResNetCore

/// What one source of data holds: a training set, a test set, or both.
public struct DataSplits: Sendable {
  /// What the source is called, as in `CIFAR-10`.
  public let name: String
  /// The training images, where there are some.
  public let training: DataSet?
  /// The test images, where there are some.
  public let test: DataSet?

  /// Puts two sets together.
  public init(name: String, training: DataSet?, test: DataSet?) {
    self.name = name
    self.training = training
    self.test = test
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

  /// The test images.
  ///
  /// - Throws: `ResNetError` of code `data` where there are none.
  public func requireTest() throws -> DataSet {
    guard let test else {
      throw ResNetError(.data, "it holds no test images", at: name, remedy: "Give a folder with a test set")
    }
    return test
  }
}

extension DataSet {
  /// Opens what a folder holds (CIFAR-10 or CIFAR-100 in the binary version, or IDX), or the `generated` set.
  ///
  /// - Parameter source: a folder, or the word `generated` (`./generated` is a folder of that name).
  /// - Throws: `ResNetError` of code `data` where the folder is missing or what it holds is unknown or damaged, and of code
  ///   `inputOutput` where it cannot be read.
  public static func open(_ source: String) throws -> DataSplits {
    if source == "generated" { return GeneratedDataSet().splits }
    let folder = try DataFolder(source)
    if folder.has(anyOf: CIFAR10.files) { return try CIFAR10(folder).splits }
    if folder.has(anyOf: CIFAR100.files) { return try CIFAR100(folder, labels: .fine).splits }
    if IDXFiles.isPresent(in: folder) { return try IDXFiles.open(folder) }
    throw folder.unknown()
  }
}
