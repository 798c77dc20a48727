import ResNet

/// Shows on standard error how many of the pictures are done: in place where somebody watches, seldom elsewhere.
struct PictureProgress {
  private let total: Int
  private let start = ContinuousClock.now
  private let pause = Terminal.isInteractive ? 0.25 : 30
  /// When it was shown last, in seconds; nothing is shown before the first pause is over.
  private var shown = 0.0

  init(total: Int) { self.total = total }

  /// So many are done.
  mutating func show(_ done: Int) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard seconds - shown >= pause, done < total else { return }
    shown = seconds
    let text = Self.line(done, of: total, after: seconds, separator: Terminal.isUnicode ? " · " : " | ")
    guard Terminal.isInteractive else { return Terminal.note(text) }
    var line = StyledLine(hasColor: Terminal.hasColor)
    line.append(shortened(text, to: max(Terminal.columns - 1, 1)))
    Terminal.show([line])
  }

  /// As in `1280/5000 pictures · 431 pictures/s · 9 s left`.
  static func line(_ done: Int, of total: Int, after seconds: Double, separator: String) -> String {
    let rate = Double(done) / max(seconds, 1e-9)
    let parts = ["\(done)/\(total) pictures", "\(fixed(rate, 0)) pictures/s"]
    return (parts + (done > 0 ? ["\(clockTime(Double(total - done) / rate)) left"] : [])).joined(separator: separator)
  }
}
