import Foundation
import ResNet
import Synchronization

/// Shows where a run is, and guesses how long it still takes from how long it took so far.
final class TrainingTimer: Sendable {
  private let start = ContinuousClock.now
  private let first = Mutex((step: 0, time: ContinuousClock.now))
  private let lastShown = Mutex(ContinuousClock.now)

  /// Seconds since the run began.
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Shows a progress line now and then: often where somebody watches, seldom where it goes to a file.
  func show(_ progress: TrainingProgress) {
    let pause: Duration = Terminal.isInteractive ? .milliseconds(250) : .seconds(30)
    let isDue = lastShown.withLock { last in
      guard ContinuousClock.now - last >= pause else { return false }
      last = .now
      return true
    }
    guard isDue else { return }
    Terminal.progress(
      "epoch \(progress.epoch)/\(progress.epochs) · step \(progress.step)/\(progress.steps) · "
        + "loss \(fixed(progress.loss, 4)) · \(fixed(progress.imagesPerSecond, 0)) images/s · "
        + "\(timeLeft(step: progress.step, of: progress.steps)) left")
  }

  /// Begins to count at a step.
  func begin(step: Int) { first.withLock { $0 = (step, .now) } }

  /// The time that the rest of the run takes.
  func timeLeft(step: Int, of steps: Int) -> String {
    let (begun, start) = first.withLock { $0 }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return clockTime(seconds / Double(max(step - begun, 1)) * Double(steps - step))
  }
}
