import ResNetCore

/// Labelled images of one size, held in memory as bytes.
///
/// Copies and subsets share the bytes.
public struct DataSet: Sendable {
  /// What the set is called in messages and records, as in `CIFAR-10 training`.
  public let name: String
  /// The shape of every image, `[channels, height, width]`.
  public let imageShape: Shape
  /// The class of each image, an index into `classNames`.
  public let labels: [Int32]
  /// The names of the classes, in the order of their labels.
  public let classNames: [String]

  /// The images of this set and of those that it was taken from, one after another.
  let storage: [UInt8]
  /// Which images of `storage` belong to this set, in order.
  let rows: [Int]

  /// Makes a set from its images, `[count, channels, height, width]`, red before green before blue.
  ///
  /// - Throws: `ResNetError` of code `data` where there are no images, sizes do not fit or a label has no class.
  public init(name: String, imageShape: Shape, pixels: [UInt8], labels: [Int32], classNames: [String]) throws {
    let size = try imageShape.checkedCount()
    guard imageShape.rank == 3, size > 0, !labels.isEmpty else {
      throw ResNetError(
        .data, "\(labels.count) images of \(imageShape) are no data set", at: name,
        remedy: "Give at least one image of channels×height×width")
    }
    let (expected, overflow) = size.multipliedReportingOverflow(by: labels.count)
    guard !overflow, pixels.count == expected else {
      throw ResNetError(
        .data, "\(pixels.count) bytes are not \(labels.count) images of \(imageShape)", at: name,
        remedy: "Give as many images as labels")
    }
    if let record = labels.firstIndex(where: { $0 < 0 || Int($0) >= classNames.count }) {
      throw ResNetError(
        .data, "label \(labels[record]) of image \(record) is out of range", at: name,
        remedy: "Labels go from 0 to \(classNames.count - 1)")
    }
    self.init(trusted: name, imageShape: imageShape, pixels: pixels, labels: labels, classNames: classNames)
  }

  /// Makes a set out of parts that are known to fit.
  init(trusted name: String, imageShape: Shape, pixels: [UInt8], labels: [Int32], classNames: [String]) {
    self.name = name
    self.imageShape = imageShape
    self.labels = labels
    self.classNames = classNames
    self.storage = pixels
    self.rows = Array(labels.indices)
  }

  private init(_ whole: DataSet, name: String, positions: [Int]) {
    self.name = name
    self.imageShape = whole.imageShape
    self.labels = positions.map { whole.labels[$0] }
    self.classNames = whole.classNames
    self.storage = whole.storage
    self.rows = positions.map { whole.rows[$0] }
  }

  /// The number of images.
  public var count: Int { rows.count }
  /// The number of classes.
  public var classCount: Int { classNames.count }

  /// The bytes of one image, `[channels, height, width]`.
  ///
  /// - Precondition: `0 ≤ position < count`.
  public func pixels(at position: Int) -> ArraySlice<UInt8> {
    let size = imageShape.count
    return storage[rows[position] * size..<(rows[position] + 1) * size]
  }

  /// The images at some positions, in that order.
  ///
  /// - Precondition: every position is one of this set, and there is at least one.
  public func subset(_ positions: [Int], name: String) -> DataSet {
    precondition(!positions.isEmpty, "a data set has at least one image")
    return DataSet(self, name: name, positions: positions)
  }

  /// Holds out a random part for validation; the same images for the same seed, both parts in the set's order.
  ///
  /// - Throws: `ResNetError` of code `usage` where either part would be empty.
  public func split(validation: Int, seed: UInt64) throws -> (training: DataSet, validation: DataSet) {
    guard validation > 0, validation < count else {
      throw ResNetError(
        .usage, "\(validation) of \(count) images cannot be held out for validation", at: name,
        remedy: "Choose a number from 1 to \(count - 1)")
    }
    var random = RandomNumbers(seed: seed, purpose: .splitting)
    let order = random.permutation(count)
    return (
      subset(order[validation...].sorted(), name: name + " without validation"),
      subset(order[..<validation].sorted(), name: name + " held out for validation")
    )
  }
}
