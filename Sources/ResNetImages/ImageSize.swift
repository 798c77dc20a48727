import ResNetCore

/// The size of a picture in pixels.
public struct ImageSize: Hashable, Sendable {
  /// The number of columns.
  public var width: Int
  /// The number of rows.
  public var height: Int

  /// Makes a size from its parts.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// A square.
  public init(side: Int) { self.init(width: side, height: side) }

  /// The number of pixels of a size that has been checked.
  var area: Int { width * height }

  /// The most pixels that a picture may have: 178,956,970, which is where Pillow sees an attack.
  public static let maximumArea = (1 << 30) / 4 / 3 * 2
  /// The most columns or rows that a picture may have.
  public static let maximumSide = 1 << 20

  /// Refuses what no picture should be asked to be, before memory is taken for it.
  func check(at place: String?) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0 else {
      throw ResNetError(
        .data, "a picture of \(self) has no pixels", at: place, remedy: "Export the picture again, or leave it out")
    }
    guard !overflow, area <= Self.maximumArea, max(width, height) <= Self.maximumSide else {
      throw ResNetError(
        .data,
        "a picture of \(self) is more than \(Self.maximumArea) pixels, or more than \(Self.maximumSide) on a side",
        at: place, remedy: "Make it smaller, or leave it out")
    }
  }
}

extension ImageSize: CustomStringConvertible {
  /// Columns and rows, as in `500×375`.
  public var description: String { "\(width)×\(height)" }
}

/// A rectangle of pixels in a picture.
public struct ImageRegion: Hashable, Sendable {
  /// The first column.
  public var x: Int
  /// The first row.
  public var y: Int
  /// How many columns and rows.
  public var size: ImageSize

  /// Makes a region from its parts.
  public init(x: Int, y: Int, size: ImageSize) {
    self.x = x
    self.y = y
    self.size = size
  }

  /// All of a picture.
  public init(_ size: ImageSize) { self.init(x: 0, y: 0, size: size) }

  /// The region of `size` in the middle of a picture: begins at half the difference, halves to the even number, as in
  /// torchvision.
  public init(center size: ImageSize, of whole: ImageSize) {
    self.init(
      x: Self.halfToEven(whole.width - size.width), y: Self.halfToEven(whole.height - size.height), size: size)
  }

  private static func halfToEven(_ difference: Int) -> Int {
    Int((Double(difference) / 2).rounded(.toNearestOrEven))
  }

  /// Refuses a region that is empty or reaches beyond `whole`.
  func check(in whole: ImageSize) throws {
    guard size.width > 0, size.height > 0, x >= 0, y >= 0, size.width <= whole.width, size.height <= whole.height,
      x <= whole.width - size.width, y <= whole.height - size.height
    else {
      throw ResNetError(
        .usage, "a region of \(size) at column \(x), row \(y) does not lie in a picture of \(whole)",
        remedy: "Choose a region inside of the picture")
    }
  }
}
