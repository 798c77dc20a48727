import ResNetCore

extension Architecture {
  /// A network by its name.
  ///
  /// - `resnet18`, `resnet34`, `resnet50`, `resnet101`, `resnet152`, `resnet200`: the ImageNet networks.
  /// - `resnetN` of any other depth N = 6n + 2, or `cifar_resnetN`: the CIFAR networks.
  /// - `fully_connected_resnetN` with N = 6n + 2: vectors.
  /// - `plain` in place of `resnet`: the same without shortcuts.
  ///
  /// - Throws: `ResNetError` of code `usage` that says which names and depths are possible.
  public static func named(_ name: String) throws -> Architecture {
    let prefix = ["cifar_", "fully_connected_"].first { name.hasPrefix($0) } ?? ""
    let rest = name.dropFirst(prefix.count)
    guard let word = ["resnet", "plain"].first(where: { rest.hasPrefix($0) }) else { throw unknown(name) }
    let digits = rest.dropFirst(word.count)
    guard let depth = depth(digits) else { throw unknown(name) }

    let residual: Architecture
    if prefix.isEmpty, let known = imageNetworks.first(where: { $0.depth == depth }) {
      residual = known
    } else if !isThreeStageDepth(depth) {
      throw impossibleDepth(depth, prefix: prefix, word: word, digits: digits)
    } else if prefix == "fully_connected_" {
      residual = try fullyConnected(depth: depth)
    } else {
      residual = try cifar(depth: depth)
    }
    return word == "plain" ? residual.plainCounterpart : residual
  }

  /// A whole number in plain digits, perhaps with a sign; one that is too large counts as the largest there is.
  private static func depth(_ digits: Substring) -> Int? {
    let magnitude = digits.hasPrefix("-") ? digits.dropFirst() : digits
    guard !magnitude.isEmpty, magnitude.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(digits) ?? (digits.hasPrefix("-") ? Int.min : Int.max)
  }

  /// The error for a depth that the family does not have, with the nearest that it has.
  static func impossibleDepth(_ depth: Int, prefix: String, word: String, digits: Substring? = nil) -> ResNetError {
    let special = prefix.isEmpty ? imageNetworks.map(\.depth) : []
    let below = Swift.max(special.last { $0 < depth } ?? 0, greatestThreeStageDepth(below: depth) ?? 0)
    let above = [special.first { $0 > depth }, leastThreeStageDepth(above: depth)].compactMap { $0 }.min()
    let nearest = [below == 0 ? nil : below, above].compactMap { $0 }.map { "\(prefix)\(word)\($0)" }
    let rule = "6n + 2 from 8 to \(greatestThreeStageDepth(below: .max) ?? 8)"
    let list = special.isEmpty ? "" : special.map(String.init).joined(separator: ", ") + " and "
    let given = printable(String(digits?.prefix(40) ?? "\(depth)"))
    return ResNetError(
      .usage, "there is no \(prefix)\(word) of depth \(given): the depths are \(list)\(rule)",
      remedy: "The nearest \(nearest.count == 1 ? "is" : "are") \(nearest.joined(separator: " and "))")
  }

  private static func greatestThreeStageDepth(below depth: Int) -> Int? {
    let bound = Swift.min(depth, maximumDepth + 1)
    return bound <= 8 ? nil : (bound - 3) / 6 * 6 + 2
  }

  private static func leastThreeStageDepth(above depth: Int) -> Int? {
    let next = Swift.max(depth, 7) >= maximumDepth ? maximumDepth + 1 : (Swift.max(depth, 7) + 4) / 6 * 6 + 2
    return isThreeStageDepth(next) ? next : nil
  }

  private static func unknown(_ name: String) -> ResNetError {
    let simple = name.prefix(100).lowercased().filter { $0 != "-" && $0 != " " }
    let guess = simple == name ? nil : try? named(simple)
    return ResNetError(
      .usage, "there is no network called '\(printable(name))'",
      remedy: (guess.map { "Did you mean \($0.name)? " } ?? "")
        + "Use a name such as resnet18, resnet20, plain20, cifar_resnet50 or fully_connected_resnet20; "
        + "'resnet networks' lists them")
  }
}
