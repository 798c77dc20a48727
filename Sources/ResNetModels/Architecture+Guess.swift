import ResNetCore

extension Architecture {
  /// How many letters of a name may be wrong, missing or too many.
  private static let mostSlips = 2

  /// The name of the network that one is meant by which is only written otherwise, as in `PreAct-ResNet-20`, which is the
  /// beginning of one, or in which few letters are wrong; `nil` where there is none. No other numbers are guessed than
  /// those that were given: the network of another depth is another network.
  ///
  /// - Throws: `ResNetError` of code `usage` where a family is meant, and it has no such depth.
  static func guess(_ name: String) throws -> String? {
    let given = Spelling(name)
    guard !given.numbers.isEmpty else { return nil }
    let known = catalogue.map(\.name)
    if let same = known.first(where: { Spelling($0) == given }) { return same }
    let inFamilies = Family.all.flatMap { $0.names(given.numbers) }
    if let same = inFamilies.first(where: { Spelling($0) == given }) { return try find(same)?.name }
    if let longer = known.first(where: { Spelling($0).begins(with: given) }) { return longer }
    let near = (known + inFamilies.filter { (try? find($0)) != nil })
      .filter { Spelling($0).numbers == given.numbers }
      .map { (name: $0, slips: editDistance(given.letters, Spelling($0).letters)) }
      .min { $0.slips < $1.slips }
    return near.flatMap { $0.slips <= mostSlips ? $0.name : nil }
  }
}

/// A name without what people write in different ways: capitals, and what separates its parts.
private struct Spelling: Equatable {
  /// The small letters and digits.
  let letters: [UInt8]
  /// The numbers, in digits: 16 and 4 are others than 164.
  let numbers: [Substring]

  init(_ name: String) {
    // Names from outside can be megabytes long.
    let name = name.prefix(100).lowercased()
    letters = name.utf8.filter { !"-_ ".utf8.contains($0) }
    numbers = name.split { !($0.isASCII && $0.isWholeNumber) }
  }

  /// Whether it is another one with further numbers.
  func begins(with other: Spelling) -> Bool {
    letters.starts(with: other.letters) && numbers.count > other.numbers.count && numbers.starts(with: other.numbers)
  }
}
