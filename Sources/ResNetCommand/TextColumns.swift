extension StringProtocol {
  /// How many columns of a terminal it takes.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// As much of its beginning as some columns hold.
  func beginning(columns: Int) -> String { String(fitting(self, columns)) }

  /// As much of its end as some columns hold.
  func end(columns: Int) -> String { String(fitting(reversed(), columns).reversed()) }
}

/// As many of some characters, from the first on, as some columns hold.
private func fitting(_ characters: some Sequence<Character>, _ columns: Int) -> [Character] {
  var room = columns
  return Array(
    characters.prefix {
      room -= $0.columns
      return room >= 0
    })
}

extension Character {
  /// How many columns of a terminal it takes: two for emoji and for what is as wide as Chinese characters, else one.
  fileprivate var columns: Int {
    guard !isASCII, let first = unicodeScalars.first else { return 1 }
    // Behind a sign that is text by itself, this asks for its emoji.
    let isEmoji = first.properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}")
    return isEmoji || Self.wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// The scalars that terminals show in two columns (Unicode's East Asian Width, as in Kuhn's `wcwidth`).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
  ]
}
