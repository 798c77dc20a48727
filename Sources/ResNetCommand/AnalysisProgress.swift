import ResNet
import Synchronization

/// Shows on standard error what share of a measurement is done: in place where somebody watches, seldom elsewhere.
final class AnalysisProgress: Sendable {
  private let start = ContinuousClock.now
  private let pause = Terminal.isInteractive ? 0.25 : 30
  /// When it was shown last, in seconds, and the share at which this process began.
  private let state = Mutex((shown: 0.0, first: Double?.none))

  /// So much is done, from 0 to 1.
  func show(_ share: Double) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let first = state.withLock { state -> Double? in
      let first = state.first ?? share
      state.first = first
      guard seconds - state.shown >= pause, share < 1 else { return nil }
      state.shown = seconds
      return first
    }
    guard let first else { return }
    let text = Self.line(share, since: first, seconds: seconds, separator: Terminal.isUnicode ? " · " : " | ")
    guard Terminal.isInteractive else { return Terminal.note(text) }
    var line = StyledLine(hasColor: Terminal.hasColor)
    line.append(shortened(text, to: max(Terminal.columns - 1, 1)))
    Terminal.show([line])
  }

  /// As in `43 % · 1:02 left`.
  static func line(_ share: Double, since first: Double, seconds: Double, separator: String) -> String {
    let left = share > first ? (1 - share) / (share - first) * seconds : nil
    return (["\(fixed(100 * share, 0)) %"] + (left.map { [clockTime($0) + " left"] } ?? [])).joined(
      separator: separator)
  }
}
