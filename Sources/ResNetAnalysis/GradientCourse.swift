import Foundation
import ResNetPlots

/// How norms run on the way back from the loss: a fit of norm = c · growth^(layers from the loss) to their logarithms.
public struct GradientCourse: Hashable, Sendable {
  /// What becomes of gradients.
  public enum Kind: String, Hashable, Sendable {
    /// They shrink to less than a hundredth from the last layer to the first, or to nothing.
    case vanishing
    /// They stay within a factor of a hundred.
    case steady
    /// They grow more than a hundredfold, or beyond what numbers hold.
    case exploding
  }

  /// What becomes of them.
  public let kind: Kind
  /// What one more layer towards the input multiplies the norm by, by the fit; not a number where fewer than two norms are
  /// positive and finite.
  public let growth: Double
  /// How much of the spread of the logarithms the fit explains, from 0 to 1.
  public let explained: Double
  /// The first layer's norm as a multiple of the last layer's, as measured.
  public let ratio: Double
  /// The greatest norm as a multiple of the least one, as measured.
  public let band: Double

  /// The change over all layers that is still called steady.
  private static let limit = 100.0

  /// Fits a course.
  ///
  /// - Parameter norms: the depth of each layer and its norm, from the input to the output.
  init(_ norms: [(depth: Int, norm: Double)]) {
    let points = norms.filter { $0.norm > 0 && $0.norm.isFinite }.map { (x: Double($0.depth), y: log($0.norm)) }
    let count = Double(max(points.count, 1))
    let (meanX, meanY) = (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
    let spreadX = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    let spreadY = points.reduce(0) { $0 + ($1.y - meanY) * ($1.y - meanY) }
    let joint = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
    let slope = spreadX > 0 ? joint / spreadX : .nan
    growth = exp(-slope)
    explained = spreadY > 0 ? joint * joint / (spreadX * spreadY) : 0
    ratio = (norms.first?.norm ?? .nan) / (norms.last?.norm ?? .nan)
    band = (norms.map(\.norm).max() ?? .nan) / (norms.map(\.norm).min() ?? .nan)
    let layers = (points.map(\.x).max() ?? 0) - (points.map(\.x).min() ?? 0)
    let change = exp(-slope * layers)
    kind =
      if norms.contains(where: { !$0.norm.isFinite }) {
        .exploding
      } else if norms.contains(where: { $0.norm == 0 }) {
        .vanishing
      } else {
        change > Self.limit ? .exploding : change < 1 / Self.limit ? .vanishing : .steady
      }
  }

  /// What is seen, as in `explode, × 1.21 a layer towards the input (2310-fold from the last to the first layer)`.
  var words: String {
    let verb =
      switch kind {
      case .vanishing: "vanish"
      case .steady: "stay steady"
      case .exploding: "explode"
      }
    guard growth.isFinite else { return verb }
    let course = ", × \(inThreeDigits(growth)) a layer towards the input"
    guard ratio.isFinite, ratio > 0, band.isFinite else {
      return verb + course + ", until they are " + (kind == .exploding ? "no numbers any more" : "nothing")
    }
    if kind == .steady { return "\(verb)\(course), all within a factor of \(inThreeDigits(band))" }
    // A straight line on a logarithmic axis.
    let shape = explained >= 0.8 ? ", exponentially: " : ": "
    return "\(verb)\(course)\(shape)× \(inThreeDigits(ratio)) from the last layer to the first"
  }
}

extension Gradients.Network {
  /// The course of ‖∂L/∂a‖ over the longest path.
  public var activationCourse: GradientCourse { GradientCourse(path.map { ($0.depth, $0.activation) }) }

  /// The course of ‖∂L/∂W‖ over the longest path.
  public var weightCourse: GradientCourse { GradientCourse(path.map { ($0.depth, $0.weight) }) }

  /// The layers on the longest path.
  var path: [Gradients.Layer] { layers.filter(\.isOnLongestPath) }
}
