import ResNetCore

extension DataSet: CustomStringConvertible {
  /// One line, as in `CIFAR-10 training (50000 images of 3×32×32, 10 classes)`.
  public var description: String {
    "\(name) (\(count) \(imageShape.map { "images of \($0)" } ?? "pictures"), \(counted(classCount, "class", "classes")))"
  }
}
