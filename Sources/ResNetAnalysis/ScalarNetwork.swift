import ResNetCore

/// A random network of one number, as in Balduzzi et al., "The shattered gradients problem" (2017), whose derivative by its
/// input is looked at on a grid; or noise to compare it with.
///
/// 256 points on [−2, 2]; 200 units a layer. The weights and biases of the first layer are drawn from N(0, 1), those of the
/// others from N(0, 2/N), the read-out from N(0, 1/N).
public enum ScalarNetwork: Hashable, Sendable {
  /// Independent normal numbers in place of a derivative.
  case whiteNoise
  /// Their running sum.
  case brownianMotion
  /// x ← W·relu(x − mean), the mean over the grid.
  case plain(depth: Int)
  /// x ← x + β·W·relu(BN(x)), depth − 1 times, then a last BN and ReLU; the statistics are those over the grid, and constants
  /// in the derivative.
  case residual(depth: Int, beta: Double)

  /// Points of the grid.
  public static let points = 256
  /// Units of a layer.
  static let width = 200

  /// As in `plain, 50 layers` or `residual, 50 layers, β 0.1`.
  public var name: String {
    switch self {
    case .whiteNoise: "white noise"
    case .brownianMotion: "Brownian motion"
    case .plain(let depth): "plain, \(counted(depth, "layer"))"
    case .residual(let depth, let beta): "residual, \(counted(depth, "layer")), β \(beta == 1 ? "1" : "\(beta)")"
    }
  }

  /// The networks and noises of the published comparison.
  public static let all: [ScalarNetwork] =
    [.whiteNoise, .brownianMotion] + [1, 4, 10, 24, 50].map { .plain(depth: $0) }
    + [10, 24, 50].map { .residual(depth: $0, beta: 1) } + [.residual(depth: 50, beta: 0.1)]
}

extension ScalarNetwork {
  /// df/dx at the points of the grid, for a network drawn at random.
  func derivative(_ random: inout RandomNumbers) -> [Double] {
    switch self {
    case .whiteNoise:
      return random.normals(Self.points)
    case .brownianMotion:
      var sum = 0.0
      return random.normals(Self.points).map {
        sum += $0
        return sum
      }
    case .plain(let depth):
      var layer = ScalarLayer(&random)
      for _ in 1..<max(depth, 1) {
        layer.centre()
        layer.rectify()
        layer = layer.multiplied(by: random.normals(Self.width * Self.width, deviation: Self.deviation))
      }
      if depth > 1 { layer.centre() }
      layer.rectify()
      return layer.readOut(&random)
    case .residual(let depth, let beta):
      var layer = ScalarLayer(&random)
      for _ in 1..<max(depth, 1) {
        var branch = layer
        branch.normalize()
        branch.rectify()
        layer.add(branch.multiplied(by: random.normals(Self.width * Self.width, deviation: Self.deviation * beta)))
      }
      layer.normalize()
      layer.rectify()
      return layer.readOut(&random)
    }
  }

  /// Of a hidden layer's weights.
  private static let deviation = (2 / Double(width)).squareRoot()
}

extension RandomNumbers {
  /// Independent numbers of mean 0, in Double.
  mutating func normals(_ count: Int, deviation: Double = 1) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(count + 1)
    while result.count < count {
      let (a, b) = normalPair()
      result.append(a * deviation)
      result.append(b * deviation)
    }
    if result.count > count { result.removeLast() }
    return result
  }
}
