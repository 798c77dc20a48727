import ResNetCore
import ResNetEngine

/// Watches the norm of every parameter's gradient, so that a run that diverges can say since when, and where it began.
@EngineActor
final class GradientWatch {
  /// An explosion that goes on.
  struct Explosion {
    /// The step at which it was first seen, from 1.
    var step: Int
    /// The parameters that it was seen at first, with the multiples of their usual norms, largest first.
    var first: [(name: String, factor: Double)]
  }

  /// Norms this many times their usual size are no noise any more: batches differ by less than ten.
  private static let limit = 100.0
  /// Steps until a usual size is known.
  private static let learning = 20

  /// Steps between two explosions that are both told.
  private static let pause = 500

  private let places: [(name: String, range: Range<Int>)]
  private var usual: [Double]
  private var looks = 0
  private var lastTold: Int?
  /// The explosion that goes on, if one does.
  private(set) var explosion: Explosion?

  init(_ parameters: Parameters) {
    places = parameters.learnedNames.map { ($0, parameters.learnedPlace(of: $0).range) }
    usual = Array(repeating: 0, count: places.count)
  }

  /// Looks at the gradients of a step.
  ///
  /// - Returns: what to tell, where an explosion begins.
  func look(_ gradients: UnsafeBufferPointer<Float>, step: Int) -> String? {
    var exploding: [(name: String, factor: Double)] = []
    for (position, place) in places.enumerated() where place.range.upperBound <= gradients.count {
      let norm = Self.norm(UnsafeBufferPointer(rebasing: gradients[place.range]))
      if looks >= Self.learning, !(norm <= Self.limit * usual[position]), usual[position] > 0 {
        exploding.append((place.name, norm / usual[position]))
      } else {
        usual[position] = looks == 0 ? norm : 0.95 * usual[position] + 0.05 * norm
      }
    }
    looks += 1
    guard !exploding.isEmpty else {
      explosion = nil
      return nil
    }
    guard explosion == nil else { return nil }
    let isNew = lastTold.map { step - $0 >= Self.pause } ?? true
    exploding.sort { $0.factor > $1.factor }
    explosion = Explosion(step: step, first: exploding)
    if isNew { lastTold = step }
    return isNew ? explosion?.description : nil
  }

  private static func norm(_ values: UnsafeBufferPointer<Float>) -> Double {
    var sums = SIMD8<Float>()
    let whole = values.count / 8 * 8
    for position in stride(from: 0, to: whole, by: 8) {
      let lanes = UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped + position).loadUnaligned(
        as: SIMD8<Float>.self)
      sums += lanes * lanes
    }
    let rest = values[whole...].reduce(0) { $0 + Double($1) * Double($1) }
    return ((0..<8).reduce(rest) { $0 + Double(sums[$1]) }).squareRoot()
  }
}

extension GradientWatch.Explosion: CustomStringConvertible {
  /// One sentence.
  var description: String {
    let names = first.prefix(3).map { "\($0.name) (\(fixed($0.factor, 0)) times its usual norm)" }
    return "gradients explode since step \(step): \(names.joined(separator: ", "))"
      + (first.count > 3 ? " and \(first.count - 3) more" : "")
  }
}
