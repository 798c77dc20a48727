import ResNet
import Synchronization

/// A line on standard error that says how far something has come: in place where somebody watches, seldom elsewhere.
struct ProgressLine {
  private let start = ContinuousClock.now
  private let pause = Terminal.isInteractive ? 0.25 : 30
  /// When it was shown last, in seconds; nothing is shown before the first pause is over.
  private var shown = 0.0

  /// Shows what is to be said so many seconds after the beginning, where it is time to.
  mutating func show(_ text: (_ seconds: Double) -> String) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard seconds - shown >= pause else { return }
    shown = seconds
    let text = text(seconds)
    guard Terminal.isInteractive else { return Terminal.note(text) }
    var line = StyledLine(hasColor: Terminal.hasColor)
    line.append(shortened(text, to: max(Terminal.columns - 1, 1)))
    Terminal.show([line])
  }
}

/// Shows which share of a measurement is done, from whatever thread says so.
final class MeasurementProgress: Sendable {
  private let name: String
  private let line = Mutex(ProgressLine())

  /// - Parameter name: what is measured.
  init(_ name: String) { self.name = name }

  /// So much is done, from 0 to 1.
  func show(_ share: Double) {
    line.withLock { $0.show { Self.line(name, share, after: $0, separator: Terminal.isUnicode ? " · " : " | ") } }
  }

  /// Takes the line away.
  func finish() { Terminal.finishProgress() }

  /// As in `lesion · 34 % · 25 s left`.
  static func line(_ name: String, _ share: Double, after seconds: Double, separator: String) -> String {
    let left = share > 0 ? ["\(clockTime(seconds / share * (1 - share))) left"] : []
    return ([name, "\(fixed(100 * share, 0)) %"] + left).joined(separator: separator)
  }
}
