import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C and the request to end into the end of a task: the first lets it finish its step and save, a second one
/// ends the program at once.
enum Interruption {
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
        guard received.isFirst(number) else {
          Terminal.finishProgress()
          Foundation.exit(128 + number)
        }
        if let note { Terminal.note(note) }
        task.cancel()
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

  /// The first signal that came.
  private final class Received: Sendable {
    private let number = Mutex<Int32?>(nil)

    var signal: Int32? { number.withLock { $0 } }

    func isFirst(_ signal: Int32) -> Bool {
      number.withLock { number in
        guard number == nil else { return false }
        number = signal
        return true
      }
    }
  }
}
