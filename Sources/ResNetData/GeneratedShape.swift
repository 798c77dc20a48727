/// The classes of the generated set, each a shape about the origin that fits into the circle of radius 1.
///
/// A shape is its signed distance: how far a point lies outside of the outline, negative inside. Nothing but the basic
/// operations and square roots is used, which are exact to the bit on every machine; sines and powers are not.
enum GeneratedShape: String, CaseIterable {
  case disc, ring, square, triangle, star, cross, crescent, heart, bars, checker

  typealias Point = SIMD2<Float>

  /// The signed distance from the outline to a point.
  func distance(to p: Point) -> Float {
    switch self {
    case .disc: length(p) - 0.85
    case .ring: abs(length(p) - 0.72) - 0.2
    case .square: box(p, 0.7, 0.7)
    case .triangle: polygon(Self.trianglePoints, p)
    case .star: polygon(Self.starPoints, p)
    case .cross: min(box(p, 0.95, 0.27), box(p, 0.27, 0.95))
    case .crescent: max(length(p) - 0.9, 0.72 - length(p - Point(0.45, 0)))
    case .heart:
      // A square standing on its corner with half a disc on each upper side.
      min(
        box(p + Point(0.1, 0.1), 0.5, 0.5), length(p + Point(0.1, -0.4)) - 0.5, length(p + Point(-0.4, 0.1)) - 0.5)
    case .bars: box(Point(p.x, abs(abs(p.y) - 0.29) - 0.29), 0.75, 0.14)
    case .checker: min(box(p - Point(0.42, 0.42), 0.42, 0.42), box(p + Point(0.42, 0.42), 0.42, 0.42))
    }
  }

  private static let trianglePoints: [Point] = [[0, 1], [-0.866, -0.5], [0.866, -0.5]]

  /// A five-pointed star: the vertices of two regular pentagons in turn, of radius 1 and 0.42.
  private static let starPoints: [Point] = [
    [0, 1], [-0.2469, 0.3398], [-0.9511, 0.3090], [-0.3994, -0.1298], [-0.5878, -0.8090], [0, -0.42],
    [0.5878, -0.8090], [0.3994, -0.1298], [0.9511, 0.3090], [0.2469, 0.3398],
  ]

  private func length(_ p: Point) -> Float { (p.x * p.x + p.y * p.y).squareRoot() }

  private func box(_ p: Point, _ halfWidth: Float, _ halfHeight: Float) -> Float {
    let x = abs(p.x) - halfWidth
    let y = abs(p.y) - halfHeight
    return length(Point(max(x, 0), max(y, 0))) + min(max(x, y), 0)
  }

  /// The distance to the nearest edge, with the sign from the number of edges that a ray crosses.
  private func polygon(_ points: [Point], _ p: Point) -> Float {
    var nearest = Float.infinity
    var inside = false
    var previous = points[points.count - 1]
    for point in points {
      let edge = previous - point
      let offset = p - point
      let along = min(1, max(0, (offset * edge).sum() / (edge * edge).sum()))
      nearest = min(nearest, length(offset - along * edge))
      if (point.y > p.y) != (previous.y > p.y), p.x < edge.x * offset.y / edge.y + point.x { inside.toggle() }
      previous = point
    }
    return inside ? -nearest : nearest
  }
}
