/// Text in letters of one size; the program has no font at hand, so widths are those of a wide one.
struct TextSize: Hashable {
  /// The height of the letters in pixels.
  var size: Double
  /// Whether the letters are bold.
  var isBold = false

  /// About how wide a text becomes, in pixels; a figure in DejaVu Sans just fits, one in Arial has room to spare.
  func width(of text: String) -> Double {
    text.reduce(0) { $0 + width(of: $1) }
  }

  /// The text, or its beginning and its end with … between them where it is wider than that.
  ///
  /// The end is kept because names of runs often differ there alone.
  func shortened(_ text: String, to limit: Double) -> String {
    guard width(of: text) > limit else { return text }
    var room = limit - width(of: "…")
    var (head, tail) = (text.startIndex, text.endIndex)
    while head < tail {
      let isHeadNext = text.distance(from: text.startIndex, to: head) <= text.distance(from: tail, to: text.endIndex)
      let next = isHeadNext ? text[head] : text[text.index(before: tail)]
      room -= width(of: next)
      guard room >= 0 else { break }
      if isHeadNext { head = text.index(after: head) } else { tail = text.index(before: tail) }
    }
    return text[..<head] + "…" + text[tail...]
  }

  /// The text in lines that are broken between words, at most `most` of them; a line that is too wide is shortened.
  func lines(of text: String, to limit: Double, most: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, lines.count == most || width(of: "\(last) \(word)") <= limit {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { shortened($0, to: limit) }
  }

  private func width(of character: Character) -> Double {
    Self.width(of: character) * size * (isBold ? 1.1 : 1)
  }

  /// The advance of a letter in DejaVu Sans, by class, as a share of its size.
  private static func width(of character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", " ", ".", ",", ":", ";", "'", "|", "·": return 0.34
    case "f", "t", "r", "(", ")", "[", "]", "-", "/", "\\", "!", "\"": return 0.46
    case "m", "w", "M", "W", "%", "@", "…", "—": return 1
    case "+", "=", "<", ">", "~", "#", "\u{2212}", "×", "→", "&": return 0.84
    case "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹": return 0.41
    case "a"..."z", "0"..."9": return 0.64
    default: break
    }
    switch character.unicodeScalars.first?.value ?? 0 {
    case ..<0x2E80: return 0.79
    case 0x1F000...: return 1.4
    default: return 1.05
    }
  }
}
