/// A line of text, and how a terminal shows its parts.
struct StyledLine: Equatable {
  /// How a part is shown; plain where colours are not wanted.
  enum Style: String {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case accent = "36"
  }

  /// The text with the control sequences of its styles.
  private(set) var text = ""
  /// The number of columns that it takes.
  private(set) var width = 0

  /// Whether styles are shown.
  let hasColor: Bool

  init(hasColor: Bool) { self.hasColor = hasColor }

  /// Adds a part at the end.
  mutating func append(_ part: String, _ style: Style = .plain) {
    width += part.columns
    text += hasColor && style != .plain && !part.isEmpty ? "\u{1B}[\(style.rawValue)m\(part)\u{1B}[0m" : part
  }
}
