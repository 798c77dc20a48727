import Foundation
import ResNet
import Synchronization

/// Shows on standard error where a run stands, in the way that was asked for.
final class ProgressReporter: Sendable {
  private struct State {
    var run: RunProgress
    /// When something was shown last, in seconds.
    var shown: Double
    var isFinished = false
  }

  private enum Form {
    case display(ProgressDisplay)
    case plain, json, none
  }

  private let start = ContinuousClock.now
  private let form: Form
  private let state: Mutex<State>
  private let ticker: Mutex<Task<Void, Never>?>

  /// Begins to show a run.
  init(_ option: ProgressOption, _ run: RunProgress) {
    form =
      switch option {
      case .auto where Terminal.isInteractive:
        .display(
          ProgressDisplay(columns: Terminal.columns, hasColor: Terminal.hasColor, isUnicode: Terminal.isUnicode))
      case .auto, .plain: .plain
      case .json: .json
      case .none: .none
      }
    if case .json = form { Terminal.tellsJSON.withLock { $0 = true } }
    // A log needs no line before the first pause is over; who watches sees the first step.
    if case .plain = form {
      state = Mutex(State(run: run, shown: 0))
    } else {
      state = Mutex(State(run: run, shown: -.infinity))
    }
    ticker = Mutex(nil)
    // Evaluation says nothing for as long as it lasts, and time goes on all the same.
    if case .display = form { ticker.withLock { $0 = tick(every: .seconds(1)) } }
    if case .plain = form { ticker.withLock { $0 = tick(every: .seconds(5)) } }
  }

  /// Seconds since the beginning.
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// The run begins, or goes on after some epochs.
  func begin(after epochs: [EpochReport]) { update { $0.run.begin(after: epochs) } }

  /// A step has ended.
  func show(_ progress: TrainingProgress) {
    update { $0.run.add(progress, at: seconds) }
  }

  /// An epoch has ended, its evaluation and what was saved of it included.
  func show(_ report: EpochReport) {
    update { state in
      state.run.add(report, at: seconds)
      guard case .json = form else { return }
      var event = ProgressEvent.state("epoch", of: state.run, at: seconds)
      event.testLoss = report.evaluation?.loss
      event.testError = report.evaluation?.topOneError
      send(event)
      state.shown = seconds
    }
  }

  /// Says something to people.
  func note(_ text: String) {
    Terminal.note(text)
  }

  /// Shows nothing more; what was shown in place is taken away. May be called at any time, and twice.
  func finish() {
    ticker.withLock { $0?.cancel() }
    state.withLock { state in
      guard !state.isFinished else { return }
      state.isFinished = true
      if case .json = form { send(ProgressEvent(event: "end", seconds: seconds)) }
      Terminal.finishProgress()
    }
  }

  private func update(_ change: (inout State) -> Void) {
    state.withLock { state in
      guard !state.isFinished else { return }
      change(&state)
      showIfDue(&state)
    }
  }

  /// Shows the state unless that was done a moment ago: often where somebody watches, seldom where it goes to a file.
  private func showIfDue(_ state: inout State) {
    let now = seconds
    guard state.run.step > 0, now - state.shown >= pause else { return }
    state.shown = now
    switch form {
    case .display(var display):
      display.columns = Terminal.columns
      Terminal.show(display.lines(state.run, at: now, now: Date.now))
    case .plain: Terminal.note(state.run.line(at: now))
    case .json: send(ProgressEvent.state("step", of: state.run, at: now))
    case .none: break
    }
  }

  private var pause: Double {
    switch form {
    case .display: 0.25
    case .plain: 30
    case .json: 1
    case .none: .infinity
    }
  }

  private func send(_ event: ProgressEvent) { Terminal.tell(event) }

  private func tick(every pause: Duration) -> Task<Void, Never> {
    Task { [weak self] in
      while true {
        do { try await Task.sleep(for: pause) } catch { return }
        guard let self else { return }
        self.update { _ in }
      }
    }
  }
}
