/// A window of the image's own size, moved over the image and then perhaps mirrored.
public struct Placement: Hashable, Sendable {
  /// The column of the image at which the window begins; negative to the left of the image.
  public var x: Int
  /// The row of the image at which the window begins; negative above the image.
  public var y: Int
  /// Whether the window is mirrored left to right.
  public var flipped: Bool

  /// Makes a placement from its parts.
  public init(x: Int, y: Int, flipped: Bool) {
    self.x = x
    self.y = y
    self.flipped = flipped
  }

  /// The image as it is.
  public static let identity = Placement(x: 0, y: 0, flipped: false)

  /// The window over an image that has been mirrored already which shows what this one shows.
  var afterFlip: Placement { Placement(x: flipped ? -x : x, y: y, flipped: false) }
}
