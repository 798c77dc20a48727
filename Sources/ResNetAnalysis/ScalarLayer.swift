import ResNetCore

/// The units of a layer of a `ScalarNetwork` at all points of the grid, and their derivatives by its input.
struct ScalarLayer {
  private static let width = ScalarNetwork.width
  private static let points = ScalarNetwork.points
  /// Values and derivatives stand side by side in a row of each unit, so that one product with the weights serves both.
  private static let columns = 2 * points
  /// From row to row; not a power of two, at which rows would drive each other out of the processor's caches.
  private static let pitch = columns + 8

  /// `[width][values, then derivatives]`.
  private var rows: [Double]

  private init(rows: [Double]) { self.rows = rows }

  /// The first layer: w·x + b.
  init(_ random: inout RandomNumbers) {
    let weights = random.normals(Self.width)
    let biases = random.normals(Self.width)
    let grid = (0..<Self.points).map { -2 + 4 * Double($0) / Double(Self.points - 1) }
    rows = []
    for (weight, bias) in zip(weights, biases) {
      rows += grid.map { weight * $0 + bias }
      rows += [Double](repeating: weight, count: Self.points)
      rows += [Double](repeating: 0, count: Self.pitch - Self.columns)
    }
  }

  /// Subtracts each unit's mean over the grid.
  mutating func centre() { forEachUnit { values, _ in Self.subtractMean(values) } }

  /// Subtracts each unit's mean over the grid and divides by its deviation, of which the derivative takes no notice.
  mutating func normalize() {
    forEachUnit { values, derivatives in
      Self.subtractMean(values)
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(Self.points)).squareRoot() + 1e-8
      for point in 0..<Self.points {
        values[point] /= deviation
        derivatives[point] /= deviation
      }
    }
  }

  /// max(x, 0), and the derivative where x is positive.
  mutating func rectify() {
    forEachUnit { values, derivatives in
      for point in 0..<Self.points where !(values[point] > 0) {
        values[point] = 0
        derivatives[point] = 0
      }
    }
  }

  /// Adds another layer.
  mutating func add(_ other: ScalarLayer) {
    for position in rows.indices { rows[position] += other.rows[position] }
  }

  /// The derivative of a random sum of all units at each point.
  func readOut(_ random: inout RandomNumbers) -> [Double] {
    let weights = random.normals(Self.width, deviation: 1 / Double(Self.width).squareRoot())
    return (0..<Self.points).map { point in
      (0..<Self.width).reduce(0) { $0 + weights[$1] * rows[$1 * Self.pitch + Self.points + point] }
    }
  }

  /// W·x for weights `[width, width]`: tiles of two units by eight points, which the processor's registers hold.
  func multiplied(by weights: [Double]) -> ScalarLayer {
    typealias Lanes = SIMD8<Double>
    let (width, pitch, size) = (Self.width, Self.pitch, MemoryLayout<Double>.stride)
    var result = [Double](repeating: 0, count: rows.count)
    weights.withUnsafeBufferPointer { weights in
      rows.withUnsafeBytes { input in
        result.withUnsafeMutableBytes { output in
          for column in stride(from: 0, to: Self.columns, by: Lanes.scalarCount) {
            for unit in stride(from: 0, to: width, by: 2) {
              var (first, second) = (Lanes(), Lanes())
              for row in 0..<width {
                let lanes = input.loadUnaligned(fromByteOffset: (row * pitch + column) * size, as: Lanes.self)
                first += weights[unit * width + row] * lanes
                second += weights[(unit + 1) * width + row] * lanes
              }
              output.storeBytes(of: first, toByteOffset: (unit * pitch + column) * size, as: Lanes.self)
              output.storeBytes(of: second, toByteOffset: ((unit + 1) * pitch + column) * size, as: Lanes.self)
            }
          }
        }
      }
    }
    return ScalarLayer(rows: result)
  }

  private static func subtractMean(_ values: UnsafeMutableBufferPointer<Double>) {
    let mean = values.reduce(0, +) / Double(points)
    for point in values.indices { values[point] -= mean }
  }

  private mutating func forEachUnit(
    _ body: (_ values: UnsafeMutableBufferPointer<Double>, _ derivatives: UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    rows.withUnsafeMutableBufferPointer { rows in
      for unit in 0..<Self.width {
        let first = unit * Self.pitch
        body(
          UnsafeMutableBufferPointer(rebasing: rows[first..<first + Self.points]),
          UnsafeMutableBufferPointer(rebasing: rows[first + Self.points..<first + Self.columns]))
      }
    }
  }
}
