import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C and the request to end into the end of a task: the first lets it finish its step and save, a later one ends
/// the program at once.
enum Interruption {
  /// What comes so soon after the first is the same request: `timeout` sends it to the program and then to its whole group.
  static let patience = Duration.seconds(1)

  /// Runs work that ends early, with `CancellationError`, where one of the signals comes.
  ///
  /// - Parameter note: what to say then.
  /// - Returns: what the work returns, or the signal that ended it.
  static func watch<Value: Sendable>(
    note: String? = "finishing this step …", _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> (value: Value?, signal: Int32?) {
    let task = Task { try await work() }
    let received = Received()
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        switch received.add(number) {
        case .first:
          if let note { Terminal.note(note) }
          task.cancel()
        case .echo: break
        case .impatience:
          Terminal.finishProgress()
          // Nothing is taken down in order: the engine's threads are at work, in code that must not go away under them.
          fflush(nil)
          _exit(128 + number)
        }
      }
      source.activate()
      return source
    }
    defer {
      for source in sources { source.cancel() }
      for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
    do {
      return (try await task.value, nil)
    } catch is CancellationError {
      return (nil, received.signal)
    }
  }

  /// Runs work that waits for other processes; Ctrl-C ends them too.
  ///
  /// - Throws: the exit status of the signal that ended it, or what the work throws.
  static func endingOthers(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let (_, signal) = try await watch(note: nil, work)
    if let signal { throw ExitCode(128 + signal) }
  }

  /// What a signal means by what came before.
  enum Meaning {
    case first, echo, impatience
  }

  /// The first signal that came, and when.
  final class Received: Sendable {
    private let first = Mutex<(signal: Int32, time: ContinuousClock.Instant)?>(nil)

    var signal: Int32? { first.withLock { $0?.signal } }

    func add(_ signal: Int32, at now: ContinuousClock.Instant = .now) -> Meaning {
      first.withLock { first in
        guard let known = first else {
          first = (signal, now)
          return .first
        }
        return now - known.time < Interruption.patience ? .echo : .impatience
      }
    }
  }
}
