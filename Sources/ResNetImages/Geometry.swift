import ResNetCore

extension Preprocessing {
  /// How a picture of any size becomes one of the size that the network takes.
  public enum Geometry: Hashable, Sendable {
    /// The picture stays as it is and must have that size already, as in CIFAR's sets.
    case asIs
    /// The shorter side is resized to `resize` pixels, the longer one in proportion, and `crop` is cut out of the middle.
    case centerCrop(resize: Int, crop: ImageSize, Interpolation)
    /// The picture is resized to a size, whatever its proportions.
    case squash(ImageSize, Interpolation)
  }
}

extension Preprocessing.Geometry {
  /// The longest side that may be asked for.
  static let maximumSide = 1 << 14

  /// The size of what comes out; `nil` where it is that of the picture.
  public var outputSize: ImageSize? {
    switch self {
    case .asIs: nil
    case .centerCrop(_, let crop, _): crop
    case .squash(let size, _): size
    }
  }

  /// The size to which the shorter side's rule resizes a picture: torchvision's, whose longer side is rounded down.
  static func size(shorterSide: Int, of size: ImageSize) -> ImageSize {
    let (short, long) = (min(size.width, size.height), max(size.width, size.height))
    let longer = Int(Double(shorterSide * long) / Double(short))
    return size.width <= size.height
      ? ImageSize(width: shorterSide, height: longer) : ImageSize(width: longer, height: shorterSide)
  }

  /// The picture as the network takes it.
  package func callAsFunction(_ image: Image) throws -> Image {
    switch self {
    case .asIs: return image
    case .centerCrop(let resize, let crop, let interpolation):
      let whole = Self.size(shorterSide: resize, of: image.size)
      return try image.resized(to: whole, interpolation, window: ImageRegion(center: crop, of: whole))
    case .squash(let size, let interpolation): return try image.resized(to: size, interpolation)
    }
  }

  /// Refuses sizes that make no picture.
  func check() throws {
    func check(_ sides: Int...) throws {
      guard let wrong = sides.first(where: { !(1...Self.maximumSide).contains($0) }) else { return }
      throw ResNetError(
        .data, "pictures cannot be resized or cut to \(wrong) pixels",
        remedy: "Choose sizes from 1 to \(Self.maximumSide)")
    }
    switch self {
    case .asIs: break
    case .squash(let size, _): try check(size.width, size.height)
    case .centerCrop(let resize, let crop, _):
      try check(resize, crop.width, crop.height)
      guard max(crop.width, crop.height) <= resize else {
        throw ResNetError(
          .data, "\(crop) cannot be cut out of a picture whose shorter side is \(resize)",
          remedy: "Resize to \(max(crop.width, crop.height)) or more")
      }
    }
  }
}
