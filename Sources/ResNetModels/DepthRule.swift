import ResNetCore

/// Which depths a family of networks has: `step` · n + `rest` for n ≥ 1, up to the greatest depth of any network.
struct DepthRule: Hashable, Sendable {
  let step: Int
  let rest: Int

  /// Three stages of n blocks of two layers, the first layer and the last.
  static let sixNPlusTwo = DepthRule(step: 6, rest: 2)
  /// Three stages of n blocks of three layers, the first layer and the last.
  static let nineNPlusTwo = DepthRule(step: 9, rest: 2)
  /// As `sixNPlusTwo`, and two projections or transitions.
  static let sixNPlusFour = DepthRule(step: 6, rest: 4)
  /// Three stages of n layers, the first layer and the last, and two transitions.
  static let threeNPlusFour = DepthRule(step: 3, rest: 4)

  var least: Int { step + rest }
  var greatest: Int { (Architecture.maximumDepth - rest) / step * step + rest }

  func allows(_ depth: Int) -> Bool { (least...greatest).contains(depth) && depth % step == rest % step }

  func nearest(below depth: Int) -> Int? {
    depth <= least ? nil : (min(depth - 1, greatest) - rest) / step * step + rest
  }

  func nearest(above depth: Int) -> Int? {
    depth < least ? least : depth >= greatest ? nil : (depth - rest) / step * step + step + rest
  }

  /// n, for a depth of the family.
  ///
  /// - Throws: `ResNetError` of code `usage` for another depth, with the nearest that the family has.
  func n(_ depth: Int, in prefix: String, suffix: String = "") throws -> Int {
    guard allows(depth) else { throw impossible("\(depth)", depth, prefix: prefix, suffix: suffix) }
    return (depth - rest) / step
  }

  /// The error for a depth that the family does not have, with the nearest that it has.
  ///
  /// - Parameters:
  ///   - digits: the depth as it was given.
  ///   - prefix: what stands before the depth in the family's names.
  ///   - suffix: what stands after it.
  ///   - special: further depths, in their order.
  func impossible(
    _ digits: String, _ depth: Int, prefix: String, suffix: String = "", special: [Int] = []
  ) -> ResNetError {
    let below = [special.last { $0 < depth }, nearest(below: depth)].compactMap { $0 }.max()
    let above = [special.first { $0 > depth }, nearest(above: depth)].compactMap { $0 }.min()
    let nearest = [below, above].compactMap { $0 }.map { "\(prefix)\($0)\(suffix)" }
    let list = special.isEmpty ? "" : special.map(String.init).joined(separator: ", ") + " and "
    return ResNetError(
      .usage,
      "there is no \(prefix) of depth \(printable(String(digits.prefix(40)))): the depths are \(list)\(step)n + \(rest) from \(least) to \(greatest)",
      remedy: "The nearest \(nearest.count == 1 ? "is" : "are") \(nearest.joined(separator: " and "))")
  }
}
