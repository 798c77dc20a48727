import Foundation

/// Where the pixels of a transformed picture come from: column `x.column · x + x.row · y + x.constant`, row likewise.
struct AffineMap: Hashable {
  /// What a coordinate is made of.
  struct Coordinate: Hashable {
    var column: Double
    var row: Double
    var constant: Double
  }

  var x: Coordinate
  var y: Coordinate

  /// Torchvision takes the angle whose tangent the factor is, and computes with that.
  static func shearX(_ factor: Double) -> AffineMap {
    AffineMap(
      x: Coordinate(column: 1, row: tan(atan(factor)), constant: 0), y: Coordinate(column: 0, row: 1, constant: 0))
  }

  static func shearY(_ factor: Double) -> AffineMap {
    let angle = atan(factor)
    return AffineMap(
      x: Coordinate(column: 1, row: 0, constant: 0),
      y: Coordinate(column: sin(angle) / cos(angle), row: 1, constant: 0))
  }

  static func translation(x: Int, y: Int) -> AffineMap {
    AffineMap(
      x: Coordinate(column: 1, row: 0, constant: Double(-x)), y: Coordinate(column: 0, row: 1, constant: Double(-y)))
  }

  /// Counterclockwise, around the middle.
  static func rotation(degrees: Double, of size: ImageSize) -> AffineMap {
    // To 15 places as in Pillow, so that quarters of the circle are exact.
    func places(_ number: Double) -> Double { (number * 1e15).rounded(.toNearestOrEven) / 1e15 }
    let turns = degrees / 360
    let angle = -(degrees - turns.rounded(.down) * 360) * .pi / 180
    let (cosine, sine) = (places(cos(angle)), places(sin(angle)))
    let (x, y) = (Double(size.width) / 2, Double(size.height) / 2)
    return AffineMap(
      x: Coordinate(column: cosine, row: sine, constant: cosine * -x + sine * -y + x),
      y: Coordinate(column: -sine, row: cosine, constant: -sine * -x + cosine * -y + y))
  }
}

extension Image {
  /// Each pixel taken from where the map says, black where that lies outside, in the fixed-point numbers of 16 binary
  /// places in which Pillow's `transform` finds the nearest pixel.
  func transformed(_ map: AffineMap) -> Image {
    func fixed(_ number: Double) -> Int { Int((number * 65536 + 0.5).rounded(.down)) }
    func start(_ coordinate: AffineMap.Coordinate) -> Int {
      fixed(coordinate.constant + coordinate.column * 0.5 + coordinate.row * 0.5)
    }
    let steps = (right: (fixed(map.x.column), fixed(map.y.column)), down: (fixed(map.x.row), fixed(map.y.row)))
    let (width, height) = (self.width, self.height)
    return pixels.withUnsafeBufferPointer { source in
      Image(size) { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        target.update(repeating: 0, count: 3 * width * height)
        var first = (x: start(map.x), y: start(map.y))
        var pixel = target
        for _ in 0..<height {
          var (x, y) = first
          for _ in 0..<width {
            let (column, row) = (x >> 16, y >> 16)
            if column >= 0, column < width, row >= 0, row < height {
              let from = source + 3 * (row &* width &+ column)
              pixel[0] = from[0]
              pixel[1] = from[1]
              pixel[2] = from[2]
            }
            pixel += 3
            x &+= steps.right.0
            y &+= steps.right.1
          }
          first.x &+= steps.down.0
          first.y &+= steps.down.1
        }
      }
    }
  }
}
