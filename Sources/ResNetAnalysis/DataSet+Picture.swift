import ResNetCore
import ResNetData
import ResNetImages

extension DataSet {
  /// The picture at a position: of images in memory their bytes, else the file.
  ///
  /// - Throws: `ResNetError` of code `usage` where the set has no such position, `data` where the picture cannot be read or
  ///   has neither one channel nor three.
  func image(at position: Int, rules: ImageRules) throws -> Image {
    try check(position)
    if let path = path(at: position) { return try Image(contentsOf: path, rules: rules) }
    guard let imageShape, [1, 3].contains(imageShape[0]) else {
      throw ResNetError(
        .data, "images of \(imageShape.map { "\($0)" } ?? "no shape") are no pictures", at: name,
        remedy: "Use images with 1 channel or 3")
    }
    return try pixels(at: position).withUnsafeBufferPointer { try Image(planes: $0, shape: imageShape) }
  }

  /// Refuses a position that is none of this set.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  func check(_ position: Int) throws {
    guard !(0..<count).contains(position) else { return }
    throw ResNetError(
      .usage, "there is no image \(position) among \(count), which are counted from 0", at: name,
      remedy: "Use numbers below \(count)")
  }

  /// The name of an image's class.
  func className(at position: Int) -> String { classNames[Int(labels[position])] }
}

extension ClassMaps.Picture {
  /// Takes an image of a data set, called after its file, or after its position.
  ///
  /// - Parameters:
  ///   - dataSet: the set.
  ///   - position: which of its images, from 0.
  ///   - rules: what is done about orientation and transparency, where it is a file.
  /// - Throws: `ResNetError` of code `usage` where the set has no such position.
  public init(of dataSet: DataSet, at position: Int, rules: ImageRules = ImageRules()) throws {
    try dataSet.check(position)
    self.init(
      name: dataSet.path(at: position) ?? "image \(position)", truth: dataSet.className(at: position)
    ) { try dataSet.image(at: position, rules: rules) }
  }
}
