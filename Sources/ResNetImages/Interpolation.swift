/// How the pixels of a resized picture follow from those of the original.
public enum Interpolation: String, Hashable, Sendable, Codable, CaseIterable {
  /// The one pixel that lies below the new one's middle.
  case nearest
  /// A triangle of weights that is as wide as a new pixel and its neighbours, so that nothing is left out when a picture
  /// becomes smaller ("antialias").
  case bilinear
  /// Keys's cubic with a = −½ of twice that width.
  case bicubic

  /// How far the weights reach on either side, in new pixels; 0 where there are none.
  var support: Double {
    switch self {
    case .nearest: 0
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The weight of a pixel at a distance; the order of operations is Pillow's, so that the bits are.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest: return 0
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}
