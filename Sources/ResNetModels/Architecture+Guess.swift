import ResNetCore

extension Architecture {
  /// How many letters of a name may be wrong, missing or too many.
  private static let mostSlips = 2

  /// The name of the network that one is meant by which is only written otherwise, as in `PreAct-ResNet-20`, which is the
  /// beginning of one, or in which few letters are wrong; `nil` where there is none. No other numbers are guessed than
  /// those that were given: the network of another depth is another network. What names of weights have besides the
  /// network's, as in `timm/resnet50.a1_in1k`, is left out.
  ///
  /// - Throws: `ResNetError` of code `usage` where a family is meant, and it has no such depth, or another shortcut is.
  static func guess(_ name: String) throws -> String? {
    let given = Spelling(name)
    guard !given.numbers.isEmpty else { return nil }
    try refuseOtherShortcut(name, given)
    let known = catalogue.map(\.name)
    if let same = known.first(where: { Spelling($0) == given }) { return same }
    let inFamilies = Family.all.flatMap { $0.names(given.numbers) }
    if let same = inFamilies.first(where: { Spelling($0) == given }) { return try find(same)?.name }
    if let wide = inWideFamily(given) { return wide }
    if let longer = known.first(where: { Spelling($0).begins(with: given) }) { return longer }
    let near = (known + inFamilies.filter { (try? find($0)) != nil })
      .filter { Spelling($0).numbers == given.numbers }
      .map { (name: $0, slips: editDistance(given.letters, Spelling($0).letters)) }
      .min { $0.slips < $1.slips }
    return near.flatMap { $0.slips <= mostSlips ? $0.name : nil }
  }

  /// The wide residual network whose two numbers stand in one, as in `WRN164`, where one cut alone makes a network.
  private static func inWideFamily(_ given: Spelling) -> String? {
    guard given.numbers.count == 1, let digits = given.numbers.first else { return nil }
    let names = digits.indices.dropFirst().map { "wide_resnet\(digits[..<$0])_\(digits[$0...])" }
    let networks = names.filter { Spelling($0).letters == given.letters && (try? find($0)) != nil }
    return networks.count == 1 ? networks[0] : nil
  }

  /// Tells what there is of a network with the letter of ResNet-D behind its name: without the letter it is another one.
  private static func refuseOtherShortcut(_ name: String, _ given: Spelling) throws {
    let plain = String(decoding: given.letters.dropLast(), as: UTF8.self)
    guard given.letters.last == UInt8(ascii: "d"), plain.hasPrefix("resnet"), let network = try? find(plain),
      !catalogue.contains(where: { Spelling($0.name) == given })
    else { return }
    throw ResNetError(
      .usage, "there is no network called '\(printable(name))'",
      remedy: "\(network.name) with --shortcut d has its shortcuts; its deep stem takes a file such as "
        + "'resnet networks --show resnet50d' prints")
  }
}

/// A name without what people write in different ways: capitals, and what separates its parts.
private struct Spelling: Equatable {
  /// The small letters and digits.
  let letters: [UInt8]
  /// The numbers, in digits.
  let numbers: [Substring]

  init(_ name: String) {
    // Names from outside can be megabytes long.
    var name = name.prefix(100).lowercased()
    // Who published the weights, and behind a point how they were trained or what kind of file they are in.
    if name.hasPrefix("timm/") { name.removeFirst("timm/".count) }
    name = String(name.split(separator: ".").first ?? "")
    // What the paper calls wide residual networks.
    if name.hasPrefix("wrn") { name = "wide_resnet" + name.dropFirst(3) }
    letters = name.utf8.filter { !"-_ ".utf8.contains($0) }
    numbers = ResNetCore.numbers(in: name)
  }

  /// Whether it is another one with further numbers.
  func begins(with other: Spelling) -> Bool {
    letters.starts(with: other.letters) && numbers.count > other.numbers.count && numbers.starts(with: other.numbers)
  }
}
