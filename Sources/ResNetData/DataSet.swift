import ResNetCore

/// Labelled images: bytes of one size in memory, or files of pictures that are read whenever they are needed.
///
/// Copies and subsets share the bytes, or the list of files.
public struct DataSet: Sendable {
  /// What the set is called in messages and records, as in `CIFAR-10 training`.
  public let name: String
  /// The class of each image, an index into `classNames`.
  public let labels: [Int32]
  /// The names of the classes, in the order of their labels.
  public let classNames: [String]

  /// Where images are.
  enum Images: Sendable {
    /// In memory, one after another, each `[channels, height, width]`.
    case pixels(Shape, [UInt8])
    /// On the disk.
    case files(PictureFiles)
  }

  /// The images of this set and of those that it was taken from.
  let images: Images
  /// Which of `images` belong to this set, in order.
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
    try Self.check(labels, classNames, at: name)
    self.init(trusted: name, imageShape: imageShape, pixels: pixels, labels: labels, classNames: classNames)
  }

  /// Makes a set of files.
  init(name: String, files: PictureFiles, labels: [Int32], classNames: [String]) throws {
    guard !labels.isEmpty, labels.count == files.paths.count else {
      throw ResNetError(
        .data, "\(files.paths.count) pictures and \(labels.count) labels are no data set", at: name,
        remedy: "Give at least one picture, and a label for each")
    }
    try Self.check(labels, classNames, at: name)
    self.init(name, .files(files), labels, classNames)
  }

  private static func check(_ labels: [Int32], _ classNames: [String], at name: String) throws {
    guard let record = labels.firstIndex(where: { $0 < 0 || Int($0) >= classNames.count }) else { return }
    throw ResNetError(
      .data, "label \(labels[record]) of image \(record) is out of range", at: name,
      remedy: "Labels go from 0 to \(classNames.count - 1)")
  }

  /// Makes a set out of parts that are known to fit.
  init(trusted name: String, imageShape: Shape, pixels: [UInt8], labels: [Int32], classNames: [String]) {
    self.init(name, .pixels(imageShape, pixels), labels, classNames)
  }

  private init(_ name: String, _ images: Images, _ labels: [Int32], _ classNames: [String]) {
    self.name = name
    self.labels = labels
    self.classNames = classNames
    self.images = images
    self.rows = Array(labels.indices)
  }

  private init(_ whole: DataSet, name: String, positions: [Int]) {
    self.name = name
    self.labels = positions.map { whole.labels[$0] }
    self.classNames = whole.classNames
    self.images = whole.images
    self.rows = positions.map { whole.rows[$0] }
  }

  /// The shape of every image, `[channels, height, width]`; `nil` where they are pictures, which have sizes of their own.
  public var imageShape: Shape? {
    if case .pixels(let shape, _) = images { shape } else { nil }
  }

  /// The number of images.
  public var count: Int { rows.count }
  /// The number of classes.
  public var classCount: Int { classNames.count }

  /// The bytes of one image, `[channels, height, width]`.
  ///
  /// - Precondition: the images are in memory, and `0 ≤ position < count`.
  public func pixels(at position: Int) -> ArraySlice<UInt8> {
    let (shape, bytes) = pixelStorage
    let size = shape.count
    return bytes[rows[position] * size..<(rows[position] + 1) * size]
  }

  /// Lends the bytes of one image, `[channels, height, width]`.
  ///
  /// - Precondition: the images are in memory, and `0 ≤ position < count`.
  func withPixels<Result>(
    at position: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    let (shape, bytes) = pixelStorage
    let size = shape.count
    return try bytes.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[rows[position] * size..<(rows[position] + 1) * size]))
    }
  }

  /// The shape of the images, and the bytes of all that `rows` chooses from.
  ///
  /// - Precondition: the images are in memory.
  var pixelStorage: (shape: Shape, bytes: [UInt8]) {
    guard case .pixels(let shape, let bytes) = images else { preconditionFailure("\(name) is on the disk") }
    return (shape, bytes)
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
