import ResNetCore

extension Image {
  /// Makes a picture from an image whose channels lie one after another; of a single one all three are made.
  ///
  /// - Parameters:
  ///   - planes: the bytes.
  ///   - shape: `[channels, height, width]`.
  /// - Precondition: there are one or three channels, and `planes` holds `shape.count` bytes.
  public init(planes: UnsafeBufferPointer<UInt8>, shape: Shape) throws {
    precondition(shape.rank == 3 && (shape[0] == 1 || shape[0] == 3) && planes.count == shape.count)
    let size = ImageSize(width: shape[2], height: shape[1])
    try size.check(at: nil)
    let area = size.area
    // The same plane three times where there is one.
    let (green, blue) = shape[0] == 3 ? (area, 2 * area) : (0, 0)
    self.init(size) { target in
      for i in 0..<area {
        target[3 * i] = planes[i]
        target[3 * i + 1] = planes[green + i]
        target[3 * i + 2] = planes[blue + i]
      }
    }
  }
}
