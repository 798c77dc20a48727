import ResNetCore

/// Networks whose names hold their depth: a prefix, the depth, and for some a separator and a second number.
struct Family: Sendable {
  /// What stands before the depth.
  let prefix: String
  /// What stands between the depth and the second number; `nil` where there is none.
  var separator: String?
  let rule: DepthRule
  /// Depths that other networks have under the family's names.
  var special: [Int] = []
  /// The names of a family and what they are, as a list shows them.
  let entry: CatalogueEntry
  /// The network of a depth and of a second number.
  let make: @Sendable (Int, Int) throws -> Architecture

  /// All families. A `plain` in place of `resnet` in a name makes the counterpart without shortcuts.
  static let all: [Family] = [
    Family(
      prefix: "resnet", rule: .sixNPlusTwo, special: Architecture.imageNetworks.map(\.depth),
      entry: CatalogueEntry(
        name: "resnetN", description: "CIFAR, N = 6n + 2 ≥ 8; 50, 152, 200: ImageNet"),
      make: { depth, _ in
        try Architecture.imageNetworks.first { $0.depth == depth } ?? .cifar(depth: depth)
      }),
    Family(
      prefix: "cifar_resnet", rule: .sixNPlusTwo,
      entry: CatalogueEntry(name: "cifar_resnetN", description: "CIFAR, N = 6n + 2, whatever N"),
      make: { depth, _ in try .cifar(depth: depth) }),
    Family(
      prefix: "cifar_bottleneck_resnet", rule: .nineNPlusTwo,
      entry: CatalogueEntry(name: "cifar_bottleneck_resnetN", description: "CIFAR, bottlenecks, N = 9n + 2"),
      make: { depth, _ in try .cifarBottleneck(depth: depth) }),
    Family(
      prefix: "preact_resnet", rule: .sixNPlusTwo,
      entry: CatalogueEntry(name: "preact_resnetN", description: "CIFAR, pre-activation, N = 6n + 2"),
      make: { depth, _ in try .cifarPreactivated(depth: depth) }),
    Family(
      prefix: "preact_bottleneck_resnet", rule: .nineNPlusTwo,
      entry: CatalogueEntry(
        name: "preact_bottleneck_resnetN", description: "CIFAR, pre-activation, bottlenecks, N = 9n + 2"),
      make: { depth, _ in try .cifarBottleneck(depth: depth, order: .preactivation) }),
    Family(
      prefix: "wide_resnet", separator: "_", rule: .sixNPlusFour,
      entry: CatalogueEntry(name: "wide_resnetN_K", description: "CIFAR, K times as wide, N = 6n + 4"),
      make: { try .wide(depth: $0, factor: $1) }),
    Family(
      prefix: "densenet", separator: "_k", rule: .threeNPlusFour,
      entry: CatalogueEntry(name: "densenetN_kK", description: "CIFAR, dense, growth rate K, N = 3n + 4"),
      make: { try .dense(depth: $0, growth: $1, isCompressed: false) }),
    Family(
      prefix: "densenet_bc", separator: "_k", rule: .sixNPlusFour,
      entry: CatalogueEntry(
        name: "densenet_bcN_kK", description: "CIFAR, dense bottlenecks, compressed, N = 6n + 4"),
      make: { try .dense(depth: $0, growth: $1, isCompressed: true) }),
    Family(
      prefix: "fully_connected_resnet", rule: .sixNPlusTwo,
      entry: CatalogueEntry(name: "fully_connected_resnetN", description: "vectors, N = 6n + 2"),
      make: { depth, _ in try .fullyConnected(depth: depth) }),
  ]

  /// The network of a name, or `nil` where the name is not of the family.
  ///
  /// - Throws: `ResNetError` of code `usage` where the family has no such depth or second number.
  func network(_ name: String) throws -> Architecture? {
    for (prefix, isPlain) in prefixes where name.hasPrefix(prefix) {
      guard let (digits, second) = numbers(name.dropFirst(prefix.count)), let depth = Self.number(digits),
        let second = Self.number(second)
      else { continue }
      guard special.contains(depth) || rule.allows(depth) else {
        let suffix = separator.map { "\($0)\(second)" } ?? ""
        throw rule.impossible(String(digits), depth, prefix: prefix, suffix: suffix, special: special)
      }
      let network = try make(depth, second)
      return isPlain ? network.plainCounterpart : network
    }
    return nil
  }

  /// What names of the family begin with, and whether those are the ones without shortcuts.
  private var prefixes: [(text: String, isPlain: Bool)] {
    let plain = prefix.replacing("resnet", with: "plain")
    return [(prefix, false)] + (plain == prefix ? [] : [(plain, true)])
  }

  /// The names that the family would give networks of some numbers, possible or not; none for more or fewer than it has.
  func names(_ numbers: [Substring]) -> [String] {
    guard numbers.count == (separator == nil ? 1 : 2) else { return [] }
    return prefixes.map { $0.text + numbers.joined(separator: separator ?? "") }
  }

  /// The texts of both numbers; the second is `1` where the family has none.
  private func numbers(_ rest: Substring) -> (Substring, Substring)? {
    guard let separator else { return (rest, "1") }
    guard let range = rest.firstRange(of: separator) else { return nil }
    return (rest[..<range.lowerBound], rest[range.upperBound...])
  }

  /// A whole number in plain digits; one that is too large counts as the largest there is.
  private static func number(_ digits: Substring) -> Int? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(digits) ?? Int.max
  }
}
